// Where things are on the screen, by role and name as a person (or a screen reader) finds them. Every name
// that a test relies on stands here and nowhere else.

import type { Page } from '@playwright/test';

export type Media = 'video' | 'voice';

export type Phase = 'calling' | 'ringing' | 'incoming' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

export type Screen = ReturnType<typeof screenOf>;

export function screenOf(page: Page) {
  const button = (name: string | RegExp) =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  const contacts = page.getByTestId('contact');
  const missed = page.getByRole('region', { name: 'Missed calls' }).getByRole('listitem');
  const invitation = page.getByRole('region', { name: 'Invite somebody' });
  const problem = page.locator('#nickname-problem');

  return {
    // The prompt.
    ready: page.locator('[data-ready="true"]'),
    nickname: page.getByRole('textbox', { name: 'Nickname' }),
    /** What is wrong with it, in words beside its field. */
    problem,
    suggestion: problem.getByRole('button', { name: /^Use / }),
    enterLobby: button('Enter the lobby'),
    startRoom: button('Start a private room'),
    roomCode: page.getByRole('textbox', { name: 'Room code' }),
    codeProblem: page.locator('#code-problem'),
    join: button('Join'),
    /** On the page of an invitation. */
    joinRoom: button('Join the room'),

    // One's own devices, in the prompt and in the room.
    /** `Camera and microphone`, `Voice only` or `Just listen`: the label, as the control itself is hidden. */
    goInWith: (label: string) => page.locator('label').filter({ has: page.getByRole('radio', { name: label }) }),
    turnOn: button('Turn on'),
    level: page.getByRole('meter', { name: 'Microphone level' }),
    cameraPicker: page.getByRole('combobox', { name: 'Camera' }),
    microphonePicker: page.getByRole('combobox', { name: 'Microphone' }),
    speakerPicker: page.getByRole('combobox', { name: 'Speaker' }),
    plugged: page.getByText(/ was plugged in\.$/),
    useIt: button('Use it'),
    notNow: button('Not now'),
    flip: button('Flip camera'),
    trouble: page.getByRole('alert'),
    tryAgain: page.getByRole('button', { name: 'Try again' }),
    goInWithout: button('Go in without'),

    // The room.
    myself: page.getByRole('region', { name: 'You', exact: true }),
    availability: page.getByRole('combobox', { name: 'Your availability' }),
    contacts,
    contact: (name: string) => contacts.filter({ has: page.getByText(name, { exact: true }) }),
    search: page.getByRole('searchbox', { name: 'Search people' }),
    call: (name: string, media: Media) => button(`Call ${name} with ${media}`),
    more: (name: string) => button(`More about ${name}`),
    block: (name: string) => button(`Block ${name}`),
    unblock: (name: string) => button(`Unblock ${name}`),
    missed,
    callBack: (name: string) => button(`Call ${name} back`),
    link: invitation.getByRole('textbox', { name: 'Link to this room' }),
    copyLink: invitation.getByRole('button', { name: /Copy link|Copied/ }),
    share: invitation.getByRole('button', { name: 'Share', exact: true }),
    showQrCode: invitation.getByText('Show as a QR code'),
    qrCode: invitation.getByRole('img', { name: /^QR code/ }),
    checkDevices: button('Your camera and microphone'),
    allowNotifications: button('Allow notifications'),
    letItRing: button('Tap to let it ring'),
    connectionTrouble: page.getByText(/The connection to the server is lost|The server is still out of reach/),
    superseded: page.getByText('You have opened Tincan in another tab'),
    leave: button('Leave'),

    boothLink: page.getByRole('link', { name: 'Just a picture? The photo booth' }),
    boothDoor: button('Photo booth'),
    /** The list is folded away until it is looked for. */
    recentCalls: page.locator('summary', { hasText: 'Recent calls' }),
    pastCalls: page.getByRole('list', { name: 'Recent calls' }).getByRole('listitem'),
    clearCalls: button('Clear the list'),
    openSettings: button('Settings'),
    settings: page.getByRole('dialog', { name: 'Settings' }),
    /** What may be switched on and off there. */
    setting: (label: string) => page.getByRole('dialog', { name: 'Settings' }).getByRole('checkbox', { name: label }),
    colours: page.getByRole('combobox', { name: 'Colours' }),
    keepCalls: page.getByRole('checkbox', { name: 'Keep a list of calls on this device' }),

    // The photo booth.
    booth: page.getByRole('heading', { name: 'Photo booth' }),
    shutter: page.getByRole('button', { name: /^(Take a picture|Stop)$/ }),
    /** The label, as the control itself is hidden. */
    look: (label: string) => page.locator('label').filter({ has: page.getByRole('radio', { name: label }) }),
    mirror: page.getByRole('checkbox', { name: 'As in a mirror' }),
    countdown: page.getByRole('checkbox', { name: 'Count down from three' }),
    shots: page.getByRole('region', { name: 'Your pictures' }).getByRole('listitem'),
    saveShot: (number: number) => button(`Save picture ${number}`),
    deleteShot: (number: number) => button(`Delete picture ${number}`),
    /** What is said to who does not see it. */
    said: page.locator('main > p[role="status"]'),

    // The doctor.
    checkLink: page.getByRole('link', { name: 'Check this device' }),
    checkDoor: button('Check this device'),
    startCheck: page.getByRole('button', { name: /^(Start|Check again)$/ }),
    stopCheck: button('Stop'),
    verdict: page.getByTestId('verdict'),
    /** One of its lines, by what stands at its beginning. */
    checked: (label: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: label, exact: true }) }),
    playTone: button('Play a tone'),
    toneHeard: button('Yes, I heard it'),

    // Somebody calls.
    incoming: page.getByRole('dialog'),
    acceptVideo: button('Accept with video'),
    acceptVoice: button('Accept with voice'),
    decline: button('Decline'),

    // The call.
    stage: page.locator('[data-phase]'),
    /** Said to who does not see it: a live region in the call, its heading when it is over. */
    status: page.locator('[data-testid="call-status"]:is([role="status"], h1)'),
    bars: button(/^Connection: /),
    connection: page.getByRole('dialog', { name: 'Connection' }),
    copyReport: button('Copy a report'),
    timeInCall: page.getByRole('timer', { name: 'Time in call' }),
    setup: page.getByTestId('setup'),
    remoteVideo: page.getByTestId('remote-video'),
    selfVideo: page.getByTestId('self-video'),
    badge: (words: string | RegExp) => page.getByRole('listitem').filter({ hasText: words }),
    microphone: button('Microphone'),
    camera: button('Camera'),
    screen: button('Screen'),
    remoteScreen: page.getByTestId('remote-screen'),
    stopShowing: button('Stop showing'),
    actualSize: button('Actual size'),
    others: page.locator('.call__others'),
    selfPicture: button(/^Your picture/),
    hideSelf: button('Hide your picture'),
    moreControls: button('More'),
    showSelf: button('Show my picture'),
    fullScreen: button('Full screen'),
    smallWindow: button('Small window'),
    keys: page.getByRole('dialog', { name: 'Keys' }),
    mutedHint: page.getByText('You are muted. Hold the space bar to talk.'),
    hangUp: button('Hang up'),
    cancel: button('Cancel'),
    tapToHear: button(/^Tap to hear/),
    photo: button('Take a picture'),
    savePhoto: button('Save picture'),
    throwPhotoAway: button('Throw the picture away'),
    pictureTaken: page.getByText(/took .* of you$/),
    record: button('Record'),
    stopRecording: button('Stop recording'),
    ownRecording: page.getByRole('timer', { name: 'You are recording this call' }),
    recordingBy: (name: string) => page.getByRole('timer', { name: `${name} is recording this call` }),
    recordingSaved: page.getByText(/^The recording is in your downloads/),
    leftRecordings: page.getByRole('region', { name: 'Recordings that were not saved' }).getByRole('listitem'),
    saveRecording: button('Save the recording'),
    deleteRecording: button('Delete the recording'),
    chatButton: page.getByRole('button', { name: /^Chat/ }),
    chatField: page.getByRole('textbox', { name: /^Message to/ }),
    chatTexts: page.getByRole('log', { name: 'Messages' }).locator('.chat__text'),
    delivered: page.getByRole('img', { name: 'Delivered', exact: true }),
    unread: page.locator('.unread').getByRole('button'),
    saveChat: button('Save'),
    filesToSend: page.getByLabel('Files to send'),
    file: (name: string) => page.getByRole('region', { name: /[Ff]iles?$/ }).getByRole('listitem').filter({ hasText: name }),
    acceptFile: (name: string) => button(`Accept ${name}`),
    acceptAllFiles: button('Accept all'),
    declineFile: (name: string) => button(`Decline ${name}`),
    cancelFile: (name: string) => button(`Cancel ${name}`),
    pauseFile: (name: string) => button(`Pause ${name}`),
    goOnWithFile: (name: string) => button(`Go on with ${name}`),
    saveFileAgain: (name: string) => button(`Save again ${name}`),
    dismissFile: (name: string) => button(`Dismiss ${name}`),
    callAgain: button(/^Call .* again$/),
    tryTheRelay: button('Try through the relay'),
    whatEachSideHad: page.getByText('What each side had'),
    backToRoom: button('Back to the room'),
  };
}
