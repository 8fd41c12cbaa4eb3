// What runs in every page before the page's own code: it watches what the page opens, so that a test can count
// what is still open, read what went over the wire, and ask the peer connections what they receive.

/** What must not grow from call to call. */
export interface Counts {
  peerConnections: number;
  liveTracks: number;
  audioContexts: number;
  sockets: number;
  timers: number;
  /** On the window, the document, media devices, and on whatever of the above is closed. */
  listeners: number;
}

export interface Frame {
  direction: 'sent' | 'received';
  text: string;
  /** Came as a binary frame; `text` is what was in it. */
  compressed?: true;
}

/** Of a picture that goes out (W3C WebRTC, section 5.2.7). */
interface Asked {
  scaleDown: number;
  /** Bits a second at most. */
  bitrate: number | undefined;
}

export interface Probe {
  counts(): Counts;
  /** Every frame on every WebSocket of this page so far. */
  wire: Frame[];
  /** Every WebSocket so far, the oldest first. */
  sockets(): WebSocket[];
  /** Ends the open tracks of this page's own devices of one kind, as the browser does when somebody unplugs one. */
  unplugs(kind: 'audio' | 'video'): void;
  /** How many microphones of this page are open, and their clones. */
  microphones(): number;
  /** The next file that the page gives its person to keep. */
  nextKept(): Promise<{ name: string; base64: string }>;
  /** Ends what is shown of the screen, as the browser does when somebody presses its own button. */
  stopsTheScreen(): void;
  /** Whether another program has the camera, so that it does not open. */
  cameraIsTaken: boolean;
  /** The open peer connections. */
  connections(): RTCPeerConnection[];
  /** The data channels on which this page has sent files so far, the oldest first. */
  fileChannels(): RTCDataChannel[];
  /** Each of them takes so many bytes and then seems to be full, until it is told otherwise. */
  holdsFilesAfter(bytes: number): void;
  /** This side's own addresses, from which the open peer connections send. */
  addresses(): Promise<string[]>;
  /** The sum of one figure over all `inbound-rtp` of a kind. */
  inbound(kind: 'audio' | 'video', figure: string): Promise<number>;
  /** How the browser is asked to send the first picture that goes out. */
  asked(): Asked | undefined;
  /** Whether sound that comes from elsewhere is being played, loud enough to be heard. */
  playsSound(): boolean;
  /** How many frames this element has shown since it was first asked about. */
  framesShown(video: HTMLVideoElement): number;
  /** The mean colour of what this element shows; nothing while it has no picture. */
  meanColour(video: HTMLVideoElement): [number, number, number] | undefined;
}

declare global {
  interface Window {
    probe: Probe;
    refusesToPlay: boolean;
  }
}

/** Given to the browser as text: everything it uses must be inside. */
export function installProbe(): void {
  const connections = new Set<RTCPeerConnection>();
  const tracks = new Set<MediaStreamTrack>();
  const contexts = new Set<AudioContext>();
  const sockets = new Set<WebSocket>();
  const timers = new Set<number>();
  const wire: Frame[] = [];

  const inflate = (packed: ArrayBuffer) =>
    new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();

  /** Replaces a constructor by one that hands every new object to `seen`. */
  function watch<K extends 'RTCPeerConnection' | 'AudioContext' | 'WebSocket'>(
    name: K,
    seen: (made: InstanceType<(typeof window)[K]>) => void,
  ) {
    window[name] = new Proxy(window[name], {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        seen(made);
        return made;
      },
    });
  }
  watch('RTCPeerConnection', (connection) => connections.add(connection));
  watch('AudioContext', (context) => contexts.add(context));
  watch('WebSocket', (socket) => {
    sockets.add(socket);
    addListener.call(socket, 'message', (event) => {
      const { data } = event as MessageEvent;
      if (typeof data === 'string') wire.push({ direction: 'received', text: data });
      else void inflate(data).then((text) => wire.push({ direction: 'received', text, compressed: true }));
    });
  });

  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string') wire.push({ direction: 'sent', text: data });
    send.call(this, data);
  };

  // Files that are kept: a click on a link that has a name for them.
  const blobs = new Map<string, Blob>();
  const waiting: ((kept: { name: string; base64: string }) => void)[] = [];
  const { createObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    if (object instanceof Blob) blobs.set(url, object);
    return url;
  };
  const click = HTMLElement.prototype.click;
  HTMLElement.prototype.click = function () {
    const blob = this instanceof HTMLAnchorElement && this.download ? blobs.get(this.href) : undefined;
    const hear = blob && waiting.shift();
    if (hear) {
      const reader = new FileReader();
      const { download: name } = this as HTMLAnchorElement;
      reader.onload = () => hear({ name, base64: String(reader.result).split(',')[1] ?? '' });
      reader.readAsDataURL(blob);
    }
    click.call(this);
  };

  const fileChannels: RTCDataChannel[] = [];
  const taken = new WeakMap<RTCDataChannel, number>();
  let fullAfter = Infinity;
  const isFull = (channel: RTCDataChannel) => (taken.get(channel) ?? 0) >= fullAfter;
  const openChannel = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    const made = openChannel.call(this, label, options);
    if (label.startsWith('file ')) fileChannels.push(made);
    return made;
  };
  const sendOn = RTCDataChannel.prototype.send as (data: string) => void;
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string) {
    const part: unknown = data;
    if (ArrayBuffer.isView(part)) taken.set(this, (taken.get(this) ?? 0) + part.byteLength);
    sendOn.call(this, data);
  } as typeof RTCDataChannel.prototype.send;
  const buffered = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'bufferedAmount') as PropertyDescriptor;
  Object.defineProperty(RTCDataChannel.prototype, 'bufferedAmount', {
    ...buffered,
    get(this: RTCDataChannel) {
      return isFull(this) ? 0xffffffff : buffered.get?.call(this);
    },
  });

  // Tracks come from the devices, from clones, and from connections.
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const made = clone.call(this);
    tracks.add(made);
    return made;
  };
  if (navigator.mediaDevices) {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (window.probe.cameraIsTaken && constraints?.video) throw new DOMException('Taken', 'NotReadableError');
      const stream = await open(constraints);
      for (const track of stream.getTracks()) tracks.add(track);
      return stream;
    };
  }
  // A Firefox without a window has no screen to show.
  const hasNoScreen = navigator.userAgent.includes('Firefox');
  function drawnScreen(): MediaStream {
    const paper = Object.assign(document.createElement('canvas'), { width: 1920, height: 1080 });
    const pen = paper.getContext('2d');
    let drawn = 0;
    const draw = () => {
      // Yellow, which is nobody's camera.
      if (pen) pen.fillStyle = `hsl(55 90% ${45 + (drawn++ % 5) * 4}%)`;
      pen?.fillRect(0, 0, paper.width, paper.height);
    };
    draw();
    const stream = paper.captureStream(10);
    const drawing = setInterval.call(window, () => {
      draw();
      if (stream.getTracks().every(({ readyState }) => readyState === 'ended')) clearInterval.call(window, drawing);
    }, 100);
    return stream;
  }
  const shownTracks = new Set<MediaStreamTrack>();
  if (navigator.mediaDevices?.getDisplayMedia) {
    const display = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    const choose: typeof display = async (options) => (hasNoScreen ? drawnScreen() : display(options));
    navigator.mediaDevices.getDisplayMedia = async (options) => {
      const stream = await choose(options);
      for (const track of stream.getTracks()) {
        tracks.add(track);
        shownTracks.add(track);
      }
      return stream;
    };
  }
  /** Firefox gives a listener of a track no events but its own: so they are called. */
  function ends(track: MediaStreamTrack) {
    track.stop();
    const event = new Event('ended');
    for (const listener of listeners.get(track)?.get(key('ended', false)) ?? []) {
      if (typeof listener === 'function') listener.call(track, event);
      else listener.handleEvent(event);
    }
  }
  function stopsTheScreen() {
    for (const track of shownTracks) ends(track);
    shownTracks.clear();
  }
  const remoteTracks = () =>
    [...connections].flatMap((connection) => connection.getReceivers().map((receiver) => receiver.track));

  // Timers. A timeout is over when it has run.
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
  const started = (id: unknown) => (timers.add(id as number), id as number);
  const over = (id: unknown) => timers.delete(id as number);
  Object.assign(window, {
    setTimeout: (handler: Function, delay?: number, ...args: unknown[]) => {
      const id = started(setTimeout.call(window, () => (over(id), handler(...args)), delay));
      return id;
    },
    setInterval: (handler: Function, delay?: number, ...args: unknown[]) =>
      started(setInterval.call(window, () => handler(...args), delay)),
    clearTimeout: (id: number) => (over(id), clearTimeout.call(window, id)),
    clearInterval: (id: number) => (over(id), clearInterval.call(window, id)),
  });

  // Listeners. A listener is the same when target, type, callback and phase are (DOM, section 2.7).
  const addListener = EventTarget.prototype.addEventListener;
  const removeListener = EventTarget.prototype.removeEventListener;
  type Callback = EventListenerOrEventListenerObject;
  const listeners = new WeakMap<EventTarget, Map<string, Set<Callback>>>();
  const key = (type: string, options: boolean | EventListenerOptions | undefined) =>
    `${type} ${typeof options === 'boolean' ? options : (options?.capture ?? false)}`;
  const forget = (target: EventTarget, name: string, callback: Callback) =>
    listeners.get(target)?.get(name)?.delete(callback);

  EventTarget.prototype.addEventListener = function (type, callback, options) {
    const target = this ?? window;
    if (callback) {
      const name = key(type, options);
      const ofTarget = listeners.get(target) ?? new Map<string, Set<Callback>>();
      listeners.set(target, ofTarget.set(name, (ofTarget.get(name) ?? new Set()).add(callback)));
      if (typeof options === 'object') {
        if (options.once) addListener.call(target, type, () => forget(target, name, callback), options);
        if (options.signal) addListener.call(options.signal, 'abort', () => forget(target, name, callback));
      }
    }
    addListener.call(target, type, callback, options);
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    const target = this ?? window;
    if (callback) forget(target, key(type, options), callback);
    removeListener.call(target, type, callback, options);
  };
  const listenersOn = (target: EventTarget) => {
    let count = 0;
    for (const callbacks of listeners.get(target)?.values() ?? []) count += callbacks.size;
    for (const name in target) {
      if (name.startsWith('on') && target[name as keyof EventTarget]) count += 1;
    }
    return count;
  };

  const isOpen = (connection: RTCPeerConnection) => connection.signalingState !== 'closed';
  const isConnected = (socket: WebSocket) => socket.readyState <= WebSocket.OPEN;
  const isRunning = (context: AudioContext) => context.state !== 'closed';
  const count = <T>(all: Iterable<T>, is: (one: T) => boolean) => [...all].filter(is).length;

  function counts(): Counts {
    const lasting: EventTarget[] = [window, document, document.body, navigator.mediaDevices].filter(Boolean);
    const closed: EventTarget[] = [
      ...[...connections].filter((connection) => !isOpen(connection)),
      ...[...sockets].filter((socket) => !isConnected(socket)),
      ...[...tracks].filter((track) => track.readyState === 'ended'),
    ];
    return {
      peerConnections: count(connections, isOpen),
      liveTracks: count([...tracks, ...remoteTracks()], (track) => track.readyState === 'live'),
      audioContexts: count(contexts, isRunning),
      sockets: count(sockets, isConnected),
      timers: timers.size,
      listeners: [...lasting, ...closed].reduce((sum, target) => sum + listenersOn(target), 0),
    };
  }

  async function inbound(kind: 'audio' | 'video', figure: string) {
    let sum = 0;
    for (const connection of [...connections].filter(isOpen)) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === kind) sum += report[figure] ?? 0;
      }
    }
    return sum;
  }

  function asked(): Asked | undefined {
    const senders = [...connections].filter(isOpen).flatMap((connection) => connection.getSenders());
    const encoding = senders.find(({ track }) => track?.kind === 'video')?.getParameters().encodings[0];
    return encoding && { scaleDown: encoding.scaleResolutionDownBy ?? 1, bitrate: encoding.maxBitrate };
  }

  async function addresses() {
    const found: string[] = [];
    for (const connection of [...connections].filter(isOpen)) {
      const reports = await connection.getStats();
      for (const report of reports.values()) {
        if (report.type !== 'transport') continue;
        const pair = reports.get(report.selectedCandidatePairId);
        found.push(reports.get(pair?.localCandidateId)?.address ?? '');
      }
    }
    return found;
  }

  // Elements need not be in the page to be heard.
  const players = new Set<HTMLMediaElement>();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject') as PropertyDescriptor;
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(this: HTMLMediaElement, stream: MediaProvider | null) {
      if (stream) players.add(this);
      else players.delete(this);
      source.set?.call(this, stream);
    },
  });
  const playsSound = () =>
    [...players].some(({ srcObject, paused, muted, volume }) => {
      const sound = (srcObject as MediaStream).getAudioTracks().find((track) => remoteTracks().includes(track));
      return sound?.readyState === 'live' && !sound.muted && !paused && !muted && volume > 0;
    });

  function unplugs(kind: 'audio' | 'video') {
    for (const track of [...tracks].filter((track) => track.kind === kind && track.readyState === 'live')) ends(track);
  }

  const shown = new WeakMap<HTMLVideoElement, number>();
  function framesShown(video: HTMLVideoElement) {
    if (!shown.has(video)) {
      shown.set(video, 0);
      const next = () => {
        shown.set(video, (shown.get(video) ?? 0) + 1);
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    }
    return shown.get(video) ?? 0;
  }

  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [16, 12];
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  function meanColour(video: HTMLVideoElement): [number, number, number] | undefined {
    if (!brush || !video.videoWidth) return undefined;
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
    const mean = (part: number) => {
      let sum = 0;
      for (let i = part; i < data.length; i += 4) sum += data[i] ?? 0;
      return Math.round(sum / (data.length / 4));
    };
    return [mean(0), mean(1), mean(2)];
  }

  window.probe = {
    counts,
    wire,
    sockets: () => [...sockets],
    unplugs,
    microphones: () => count(tracks, ({ kind, readyState }) => kind === 'audio' && readyState === 'live'),
    nextKept: () => new Promise((resolve) => waiting.push(resolve)),
    stopsTheScreen,
    cameraIsTaken: false,
    connections: () => [...connections].filter(isOpen),
    fileChannels: () => fileChannels,
    holdsFilesAfter: (bytes) => {
      fullAfter = bytes;
      for (const channel of fileChannels) channel.dispatchEvent(new Event('bufferedamountlow'));
    },
    addresses,
    inbound,
    asked,
    playsSound,
    framesShown,
    meanColour,
  };
}

/**
 * Firefox's fake camera drifts through the colours; this gives the page one of a single colour, drawn on a
 * canvas. The microphone stays the browser's. Runs before the probe, and is given to the browser as text.
 */
export function installCamera([red, green, blue]: readonly [number, number, number]): void {
  // Not in a secure context.
  if (!navigator.mediaDevices) return;
  const { setInterval, clearInterval } = window;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);

  function camera(): MediaStreamTrack {
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
    const drawing = setInterval.call(window, draw, 1000 / 15);
    // Not as many as a real one gives, for what they cost; and more than a person sees as poor.
    const [track] = canvas.captureStream(15).getVideoTracks() as [MediaStreamTrack];
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval.call(window, drawing);
      stop();
    };
    return track;
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const sound = constraints?.audio ? await open({ audio: constraints.audio }) : new MediaStream();
    return new MediaStream([...sound.getTracks(), ...(constraints?.video ? [camera()] : [])]);
  };
}

/** Given to the browser as text. A voice is not played, as before the first gesture, until it may be. */
export function refuseToPlay(): void {
  window.refusesToPlay = true;
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (!window.refusesToPlay || this instanceof HTMLVideoElement) return play.call(this);
    this.autoplay = false;
    this.pause();
    return Promise.reject(new DOMException('Nobody has touched this page', 'NotAllowedError'));
  };
}
