// The simulation stands on a model of a peer connection. One script says what is done to two of them and one
// trace what comes of it: here in this browser, in `cargo test` with the model.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { run, type Scenario, type Trace } from '../model/runner';
import { BarePage } from '../support/bare-page';
import { expect, test } from '../support/test';

const file = (name: string) => join(import.meta.dirname, '../model', name);
const read = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T;

const script = read<Scenario[]>('script.json');

for (const { scenario, steps } of script) {
  test(scenario, async ({ pool, kind }) => {
    const expected = read<Record<string, Trace[]>>('trace.json');
    const bare = await BarePage.opens(await pool.lend({ kind, owner: 'alice', devices: 'own', scripts: true }));
    const trace = await bare.page.evaluate(run, steps);
    await bare.close();

    if (process.env.RECORD) {
      writeFileSync(file('trace.json'), oneStepALine({ ...expected, [scenario]: trace }));
    } else {
      expect(trace).toEqual(expected[scenario]);
    }
  });
}

function oneStepALine(traces: Record<string, Trace[]>): string {
  const scenarios = Object.entries(traces).map(([scenario, trace]) => {
    const steps = trace.map((step) => `    ${JSON.stringify(step)}`).join(',\n');
    return `  ${JSON.stringify(scenario)}: [\n${steps}\n  ]`;
  });
  return `{\n${scenarios.join(',\n')}\n}\n`;
}

test('the trace has no scenario that the script does not', () => {
  expect(Object.keys(read('trace.json'))).toEqual(script.map(({ scenario }) => scenario));
});
