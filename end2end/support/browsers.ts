// The browsers that people use in a test: which program, with which devices.

import { existsSync } from 'node:fs';

import { chromium, firefox, type Browser, type LaunchOptions } from '@playwright/test';

import { cameraFile, microphoneFile, type Name } from './camera';
import { sound } from './sound';

export type Kind = 'chromium' | 'firefox';

/** A camera of one's own colour and a microphone; neither; or both, and a person who says no to them. */
export type Devices = 'own' | 'none' | 'denied';

export interface Wanted {
  kind: Kind;
  owner: Name;
  devices: Devices;
  /** Whether pages may run any: false only for who goes without JavaScript. */
  scripts: boolean;
  /** The browser with all around the page, and not the engine alone: slower, and for what that lacks. Chromium only. */
  whole?: boolean;
  /** It takes certificates that nobody vouches for, also where no page asks, as for a relay by TLS. Chromium only. */
  trusting?: boolean;
  /** Where it runs, if in a network of its own. */
  home?: {
    /** Gives a program that runs this one there. */
    script: (program: string) => string;
    /** Whose pages get the devices, although their address is neither https nor this machine's. */
    secureOrigin: string;
  };
}

/** A host name that leads to this machine, so that a look-up of it can be seen (RFC 6761, section 6.3). */
export const SPY_HOST = 'spy.localhost';
/** A name of this machine that is not a secure context, as an address in a home network would not be. */
export const INSECURE_HOST = 'home.tincan.test';

/** In the locale of a bare shell, Chromium reads no name of a file that is not ASCII. */
const environment = { ...process.env, LC_ALL: 'C.UTF-8' };

const asRoot = process.getuid?.() === 0;

/** Debian's browser, or the one the environment names; otherwise Playwright's own. */
function program(variable: string, debian: string): string | undefined {
  return process.env[variable] ?? (existsSync(debian) ? debian : undefined);
}

function chromiumOptions({ owner, devices, whole = false, trusting = false, home }: Wanted): LaunchOptions {
  const shell = whole ? undefined : program('CHROMIUM_HEADLESS_SHELL', '/usr/bin/chromium-headless-shell');
  const itself = shell ?? program('CHROMIUM', '/usr/bin/chromium');
  const executablePath = home ? home.script(itself ?? chromium.executablePath()) : itself;
  const camera = {
    own: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${cameraFile(owner, Boolean(home))}`,
      `--use-file-for-fake-audio-capture=${microphoneFile()}`],
    none: ['--use-fake-ui-for-media-stream'],
    denied: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  }[devices];
  return {
    ...(executablePath && { executablePath }),
    // Of Playwright's own two, which starts the other one by itself.
    ...(whole && { channel: 'chromium' }),
    env: environment,
    args: [
      ...camera,
      ...(asRoot ? ['--no-sandbox'] : []),
      ...(trusting ? ['--ignore-certificate-errors'] : []),
      '--disable-background-networking',
      // There is none on most machines that run tests: what imitates one costs a sixth of the time.
      '--disable-gpu',
      `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
      ...(home ? [`--unsafely-treat-insecure-origin-as-secure=${home.secureOrigin}`] : []),
    ],
  };
}

/**
 * A Chromium that keeps what pages store in this folder, as a person's own does: without one, what they write to the
 * disk stays in memory. It has one profile.
 */
export function withProfile(folder: string, wanted: Wanted): Pick<Browser, 'newContext'> {
  const options = chromiumOptions(wanted);
  return { newContext: (context) => chromium.launchPersistentContext(folder, { ...options, ...context }) };
}

async function launchFirefox({ devices, scripts }: Wanted): Promise<Browser> {
  const executablePath = program('FIREFOX', '/usr/bin/firefox-esr');
  return firefox.launch({
    // A Firefox as it is released is driven by WebDriver BiDi; Playwright's own build by its own protocol.
    ...(executablePath && { executablePath, channel: 'moz-firefox' }),
    env: { ...environment, ...(await sound()) },
    firefoxUserPrefs: {
      // Playwright's own switch, a context's, does nothing over WebDriver BiDi.
      'javascript.enabled': scripts,
      'media.navigator.streams.fake': devices !== 'none',
      'media.navigator.permission.disabled': devices !== 'denied',
      'permissions.default.camera': devices === 'denied' ? 2 : 0,
      'permissions.default.microphone': devices === 'denied' ? 2 : 0,
      // Half as many pixels in a line, pictures as often as the camera has one, and no process in reserve for the next page: what
      // imitates a graphics processor, and what starts, cost a third of the time.
      'layout.css.devPixelsPerPx': '0.5',
      'layout.frame_rate': 20,
      'dom.ipc.processPrelaunch.enabled': false,
      'network.dns.localDomains': INSECURE_HOST,
      // Two Firefoxes on one machine answer the question after the other's name (draft-ietf-mmusic-mdns-ice-candidates)
      // only now and then, and a call waits three seconds for the rest.
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // A relay on this machine alone is one as well.
      'media.peerconnection.ice.loopback': true,
      // Nothing leaves this machine.
      'app.normandy.enabled': false,
      'nimbus.rollouts.enabled': false,
      'services.settings.server': 'data:,#remote-settings-dummy/v1',
    },
  });
}

/** Browsers take seconds to start: each is started once and lent to test after test, always with a new profile. */
export class BrowserPool {
  private readonly running = new Map<string, Promise<Browser>>();

  lend(wanted: Wanted): Promise<Browser> {
    const own = (setting = false) => wanted.kind === 'chromium' && setting;
    const key = `${wanted.kind} ${wanted.owner} ${wanted.devices} ${wanted.scripts} ${own(wanted.whole)} ${own(wanted.trusting)}`;
    const browser = this.running.get(key) ?? launch(wanted);
    this.running.set(key, browser);
    return browser;
  }

  async close(): Promise<void> {
    for (const browser of this.running.values()) await (await browser).close();
  }
}

export function launch(wanted: Wanted): Promise<Browser> {
  if (wanted.kind === 'firefox') return launchFirefox(wanted);
  // What a person may be asked is around the page, too.
  return chromium.launch(chromiumOptions({ ...wanted, whole: wanted.whole || wanted.devices === 'denied' }));
}
