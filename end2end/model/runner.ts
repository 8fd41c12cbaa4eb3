// Runs the script on real peer connections. README.md beside this file explains the words.

export type Step = { on: string } & (
  | { do: 'open'; offerer: boolean }
  | { do: 'offer'; restart?: boolean; as: string }
  | { do: 'answer'; to: string; with_candidates?: boolean; as: string }
  | { do: 'finish'; with: string; with_candidates?: boolean }
  | { do: 'candidate' | 'candidates'; of: string; browsers_differ?: boolean }
  | { do: 'say'; text: string }
  | { do: 'wait'; for: 'connected' | 'heard' | 'channel_closed' }
  | { do: 'close' }
);

export interface Scenario {
  scenario: string;
  steps: Step[];
}

/** How things stand on the connection of a step, right after it. */
export interface Trace {
  step: string;
  result: 'ok' | 'wrong_state' | 'refused' | 'browsers_differ';
  signaling: RTCSignalingState;
  /** `direction/currentDirection` of each, in order. */
  transceivers: string[];
  /** How many `track` events there have been. */
  tracks: number;
}

/** Given to the browser as text: everything it uses must be inside. */
export async function run(steps: Step[]): Promise<Trace[]> {
  interface End {
    connection: RTCPeerConnection;
    channel: RTCDataChannel;
    tracks: number;
    heard: string[];
    listened: number;
  }
  const ends = new Map<string, End>();
  const descriptions = new Map([['nonsense', 'This is no description.']]);
  /** By the ICE username fragment that they belong to; the last one is empty. */
  const candidates = new Map<string, RTCIceCandidate[]>();

  /** Waits until it is so; looks at every event that could make it so. */
  const changes = new EventTarget();
  const changed = () => changes.dispatchEvent(new Event('change'));
  async function until(isSo: () => boolean) {
    while (!isSo()) await new Promise((resolve) => changes.addEventListener('change', resolve, { once: true }));
  }

  function open(offerer: boolean): End {
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const channel = connection.createDataChannel('control', { negotiated: true, id: 0 });
    if (offerer) {
      for (const kind of ['audio', 'video', 'video', 'audio']) connection.addTransceiver(kind, { direction: 'sendrecv' });
    }
    const end: End = { connection, channel, tracks: 0, heard: [], listened: 0 };
    connection.ontrack = () => void (end.tracks += 1);
    connection.onconnectionstatechange = changed;
    connection.onicecandidate = ({ candidate }) => {
      const fragment = candidate?.usernameFragment ?? fragmentOf(connection.localDescription?.sdp ?? '');
      const known = candidates.get(fragment) ?? [];
      candidates.set(fragment, [...known, candidate ?? new RTCIceCandidate({ candidate: '', sdpMid: '0' })]);
      changed();
    };
    channel.onopen = changed;
    channel.onclose = changed;
    channel.onmessage = ({ data }) => (end.heard.push(data), changed());
    return end;
  }

  const fragmentOf = (sdp: string) => /^a=ice-ufrag:(.+?)\r?$/m.exec(sdp)?.[1] ?? '';
  const described = (name: string) => {
    const sdp = descriptions.get(name);
    if (sdp === undefined) throw new Error(`The script made no ${name}.`);
    return sdp;
  };
  const keep = (name: string, { connection }: End) =>
    descriptions.set(name, connection.localDescription?.sdp ?? '');

  async function candidatesOf(name: string, all: boolean): Promise<RTCIceCandidateInit[]> {
    if (name === 'nonsense') return [{ candidate: 'candidate:nonsense', sdpMid: '0' }];
    const known = () => candidates.get(fragmentOf(described(name))) ?? [];
    await until(() => (all ? known().some(({ candidate }) => candidate === '') : known().length > 0));
    return all ? known() : known().slice(0, 1);
  }

  /** The description with its candidates in it, each at the end of its section. */
  async function whole(name: string): Promise<string> {
    const found = (await candidatesOf(name, true)).filter(({ candidate }) => candidate !== '');
    const sections = described(name).split(/^(?=m=)/m);
    const lines = (section: string) => found
      .filter(({ sdpMid }) => new RegExp(`^a=mid:${sdpMid}\r$`, 'm').test(section))
      .map(({ candidate }) => `a=${candidate}\r\n`);
    return sections.flatMap((section) => [section, ...lines(section)]).join('');
  }

  async function perform(step: Step, end: End): Promise<void> {
    const { connection, channel } = end;
    switch (step.do) {
      case 'open':
        return;
      case 'offer':
        if (step.restart) connection.restartIce();
        await connection.setLocalDescription();
        return void keep(step.as, end);
      case 'answer': {
        const sdp = step.with_candidates ? await whole(step.to) : described(step.to);
        await connection.setRemoteDescription({ type: 'offer', sdp });
        for (const transceiver of connection.getTransceivers()) {
          if (transceiver.mid !== null) transceiver.direction = 'sendrecv';
        }
        await connection.setLocalDescription();
        return void keep(step.as, end);
      }
      case 'finish':
        return connection.setRemoteDescription({ type: 'answer', sdp: step.with_candidates ? await whole(step.with) : described(step.with) });
      case 'candidate':
      case 'candidates':
        for (const candidate of await candidatesOf(step.of, step.do === 'candidates')) {
          await connection.addIceCandidate(candidate);
        }
        return;
      case 'say':
        return channel.send(step.text);
      case 'wait':
        if (step.for === 'connected') {
          return until(() => connection.connectionState === 'connected' && channel.readyState === 'open');
        }
        if (step.for === 'channel_closed') return until(() => channel.readyState === 'closed');
        await until(() => end.heard.length > end.listened);
        end.listened += 1;
        return;
      case 'close':
        return connection.close();
    }
  }

  const trace: Trace[] = [];
  for (const step of steps) {
    if (step.do === 'open') ends.set(step.on, open(step.offerer));
    const end = ends.get(step.on);
    if (!end) throw new Error(`The script has not opened ${step.on}.`);
    let result: Trace['result'] = 'ok';
    await perform(step, end).catch((error: unknown) => {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      result = error.name === 'InvalidStateError' ? 'wrong_state' : 'refused';
    });
    if ('browsers_differ' in step) result = 'browsers_differ';
    const { connection } = end;
    trace.push({
      step: `${step.on} ${step.do}`,
      result,
      signaling: connection.signalingState,
      transceivers: connection.getTransceivers().map((one) => `${one.direction}/${one.currentDirection}`),
      tracks: end.tracks,
    });
  }
  for (const { connection } of ends.values()) connection.close();
  return trace;
}
