// Where things are on the screen, by role and name as a person (or a screen reader) finds them. Every name
// that a test relies on stands here and nowhere else.

import type { Page } from '@playwright/test';

export type Media = 'video' | 'voice';

export type Phase = 'calling' | 'ringing' | 'incoming' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

export type Screen = ReturnType<typeof screenOf>;

export function screenOf(page: Page) {
  const button = (name: string | RegExp) =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  const problem = page.getByTestId('nickname-problem');
  const contacts = page.getByTestId('contact');
  const missed = page.getByTestId('missed');

  return {
    // The prompt.
    nickname: page.getByRole('textbox', { name: 'Nickname' }),
    roomCode: page.getByRole('textbox', { name: /code/i }),
    enterLobby: button('Enter the lobby'),
    startRoom: button('Start a private room'),
    /** With the code typed in. */
    join: button('Join'),
    /** On the page of an invitation link. */
    enterRoom: button('Enter the room'),
    /** What is wrong with the nickname, in words beside its field. */
    problem,
    suggestion: problem.getByRole('button'),
    preview: page.getByTestId('preview-video'),
    level: page.getByRole('meter'),
    useCamera: page.getByRole('checkbox', { name: 'Camera' }),
    useMicrophone: page.getByRole('checkbox', { name: 'Microphone' }),
    cameraPicker: page.getByRole('combobox', { name: 'Camera' }),
    microphonePicker: page.getByRole('combobox', { name: 'Microphone' }),
    /** Why there is no picture: denied, in use, missing, or no secure context. */
    deviceProblem: page.getByTestId('device-problem'),

    // The room.
    contacts,
    me: page.getByTestId('me'),
    search: page.getByRole('searchbox'),
    availability: page.getByRole('combobox', { name: 'Your status' }),
    missed,
    notice: page.getByRole('alert'),
    link: page.getByTestId('link-state'),
    invitationLink: page.getByTestId('invitation-link'),
    copyLink: button('Copy link'),
    qrCode: page.getByRole('img', { name: /QR/ }),
    leaveRoom: button('Leave the room'),

    contact: (name: string) => contacts.filter({ has: page.getByText(name, { exact: true }) }),

    call: (name: string, media: Media) => button(media === 'video' ? `Call ${name}` : `Call ${name} with voice`),

    block: (name: string) => button(`Block ${name}`),

    unblock: (name: string) => button(`Unblock ${name}`),

    callBack: (name: string) => missed.filter({ hasText: name }).getByRole('button', { name: /call/i }),

    // Somebody calls.
    incoming: page.getByRole('dialog'),
    acceptVideo: button('Accept with video'),
    acceptVoice: button('Accept with voice'),
    decline: button('Decline'),

    // The call.
    stage: page.locator('[data-phase]'),
    status: page.getByTestId('call-status'),
    remoteVideo: page.getByTestId('remote-video'),
    selfVideo: page.getByTestId('self-video'),
    remoteMuted: page.getByTestId('remote-muted'),
    remoteCameraOff: page.getByTestId('remote-camera-off'),
    hangUp: button('Hang up'),
    mute: button('Mute'),
    unmute: button('Unmute'),
    cameraOff: button('Camera off'),
    cameraOn: button('Camera on'),
    tapToHear: button(/hear|ring/i),
    backToRoom: button('Back to the room'),
    callAgain: button('Call again'),
  };
}
