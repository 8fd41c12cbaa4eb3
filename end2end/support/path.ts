// How a call really runs, asked of the browser and not of the page.

import type { Person } from './person';

export interface Path {
  /** The types of the candidates at both ends (W3C WebRTC, RTCIceCandidateType). */
  here: string | undefined;
  there: string | undefined;
  /** How the own candidate, or the relay that it is at, is reached. */
  by: string | undefined;
}

/** As the browser itself has it. */
export async function pathOf({ page }: Person): Promise<Path> {
  return page.evaluate(async () => {
    const [connection] = window.probe.connections();
    const stats = [...((await connection?.getStats())?.values() ?? [])] as Record<string, string>[];
    const find = (id?: string) => stats.find((it) => it.id === id) ?? {};
    const transport = stats.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
    // Firefox tells no transport, but marks the pair.
    const pair = transport ? find(transport.selectedCandidatePairId) : stats.find((it) => it.type === 'candidate-pair' && it.selected) ?? {};
    const [local, remote] = [find(pair.localCandidateId), find(pair.remoteCandidateId)];
    return { here: local.candidateType, there: remote.candidateType, by: local.relayProtocol ?? local.protocol };
  });
}
