// Cameras, microphones and speakers beside the browser's own, that a test plugs in and pulls out: a camera of one
// colour, a microphone that hums, a speaker that notes who is heard on it.

import type { Rgb } from './camera';
import type { Person } from './person';

export interface Device {
  part: 'camera' | 'microphone' | 'speaker';
  id: string;
  label: string;
  /** The same for all that one thing is. */
  group?: string;
  colour?: Rgb;
  facing?: 'user' | 'environment';
}

export interface PluggedDevices {
  plugIn(...devices: Device[]): void;
  pullOut(id: string): void;
  /** Where what plays was led to last: elements, and audio contexts; nothing for what never was. */
  led(): { elements: string[]; contexts: string[] };
}

declare global {
  interface Window {
    devices: PluggedDevices;
  }
}

/** They are there from the next page on that this person opens. */
export async function has({ page }: Person, ...devices: Device[]): Promise<void> {
  await page.addInitScript(installDevices, devices);
}

export async function plugsIn({ page }: Person, ...devices: Device[]): Promise<void> {
  await page.evaluate((devices) => window.devices.plugIn(...devices), devices);
}

export async function pullsOut({ page }: Person, { id }: Device): Promise<void> {
  await page.evaluate((id) => window.devices.pullOut(id), id);
}

export function led({ page }: Person): Promise<{ elements: string[]; contexts: string[] }> {
  return page.evaluate(() => window.devices.led());
}

/** Given to the browser as text: everything it uses must be inside. */
function installDevices(first: Device[]): void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const { setInterval, clearInterval } = window;
  const there = [...first];
  const kinds = { camera: 'videoinput', microphone: 'audioinput', speaker: 'audiooutput' } as const;

  const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
  mediaDevices.enumerateDevices = async () => {
    const own = (await enumerate()).filter(({ kind }) => kind !== 'audiooutput');
    const added = there.map(({ part, id, label, group }) =>
      ({ kind: kinds[part], deviceId: id, label, groupId: group ?? id }) as MediaDeviceInfo);
    return [...own, ...added];
  };

  /** Of those that were added, the one that is asked for. */
  function asked(part: Device['part'], wanted: boolean | MediaTrackConstraints | undefined): Device | undefined {
    if (typeof wanted !== 'object') return undefined;
    const named = (constraint: ConstrainDOMString | undefined) =>
      typeof constraint === 'object' && !Array.isArray(constraint) ? constraint.exact ?? constraint.ideal : constraint;
    return there.find((device) => device.part === part && (device.id === named(wanted.deviceId) ||
      (device.facing !== undefined && device.facing === named(wanted.facingMode))));
  }

  function onStop(track: MediaStreamTrack, end: () => void): void {
    const stop = track.stop.bind(track);
    track.stop = () => {
      end();
      stop();
    };
  }

  function camera([red, green, blue]: Rgb): MediaStreamTrack {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 480];
    const brush = canvas.getContext('2d') as CanvasRenderingContext2D;
    let frame = 0;
    const draw = () => {
      brush.fillStyle = `rgb(${red} ${green} ${blue})`;
      brush.fillRect(0, 0, 640, 480);
      brush.fillStyle = 'white';
      brush.fillRect((frame++ % 40) * 16, 0, 16, 480);
    };
    draw();
    const drawing = setInterval.call(window, draw, 33);
    const [track] = canvas.captureStream(30).getVideoTracks() as [MediaStreamTrack];
    onStop(track, () => clearInterval.call(window, drawing));
    return track;
  }

  function microphone(): MediaStreamTrack {
    const context = new AudioContext();
    const [hum, out] = [context.createOscillator(), context.createMediaStreamDestination()];
    hum.connect(out);
    hum.start();
    const [track] = out.stream.getAudioTracks() as [MediaStreamTrack];
    onStop(track, () => void context.close());
    return track;
  }

  function opened(device: Device): MediaStreamTrack {
    const track = device.part === 'camera' ? camera(device.colour ?? [128, 128, 128]) : microphone();
    const settings = track.getSettings.bind(track);
    track.getSettings = () =>
      ({ ...settings(), deviceId: device.id, ...(device.facing && { facingMode: device.facing }) });
    return track;
  }

  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints = {}) => {
    const added = { video: asked('camera', constraints.video), audio: asked('microphone', constraints.audio) };
    const rest: MediaStreamConstraints = {
      ...(constraints.video && !added.video && { video: constraints.video }),
      ...(constraints.audio && !added.audio && { audio: constraints.audio }),
    };
    const own = rest.video || rest.audio ? (await open(rest)).getTracks() : [];
    const others = [added.audio, added.video].filter((device) => device !== undefined).map(opened);
    return new MediaStream([...own, ...others]);
  };

  const elements = new Map<object, string>();
  const contexts = new Map<object, string>();
  HTMLMediaElement.prototype.setSinkId = async function (id) {
    elements.set(this, id);
  };
  Object.defineProperty(AudioContext.prototype, 'setSinkId', {
    value: async function (this: AudioContext, id: string) {
      contexts.set(this, id);
    },
  });

  const tell = () => mediaDevices.dispatchEvent(new Event('devicechange'));
  window.devices = {
    plugIn: (...devices) => {
      there.push(...devices);
      tell();
    },
    pullOut: (id) => {
      there.splice(0, there.length, ...there.filter((device) => device.id !== id));
      tell();
    },
    led: () => ({ elements: [...elements.values()], contexts: [...contexts.values()] }),
  };
}
