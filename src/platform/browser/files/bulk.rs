//! The channels of a peer connection on which files go, one for each. A file of one's own begins at the sender, who
//! opens its channel; the receiver takes those that it has asked for.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    MessageEvent, RtcDataChannel, RtcDataChannelEvent, RtcDataChannelState, RtcDataChannelType,
    RtcPeerConnection,
};

use super::{Files, bell::Bell, picked::PickedFile, store::Store};
use crate::{
    call::{
        files::message::{Label, Reason, Sha256},
        input::PairEvent,
    },
    platform::browser::{js, listener::EventListener, reporter::Reporter},
};

/// So much is read at once.
const READ: u64 = 512 * 1024;
/// One message: small, so that what is said meanwhile on a slow line does not wait for long.
const MESSAGE: u32 = 32 * 1024;
/// So much waits in the browser at most, and with so little it is given more: what is cancelled goes on for that long.
const BUFFER_MOST: u32 = 512 * 1024;
const BUFFER_LOW: u32 = 256 * 1024;

pub struct Bulk {
    connection: RtcPeerConnection,
    reporter: Reporter,
    files: Rc<Files>,
    going: RefCell<BTreeMap<u32, Going>>,
    coming: Rc<Expected>,
    _announced: EventListener,
}

/// Those that were asked for, by the sender's number.
type Expected = RefCell<BTreeMap<u32, Coming>>;

struct Coming {
    store: Rc<Store>,
    from: u64,
    _channel: Option<ComingChannel>,
}

/// Dropped, it is closed and silent.
struct ComingChannel {
    rtc: RtcDataChannel,
    _listeners: [EventListener; 2],
}

/// Dropped, it ends.
struct Going(Rc<Sending>);

struct Sending {
    rtc: RtcDataChannel,
    until: Cell<u64>,
    stopped: Cell<bool>,
    bell: Rc<Bell>,
    _listeners: [EventListener; 3],
}

impl Bulk {
    pub fn new(connection: &RtcPeerConnection, reporter: &Reporter, files: Rc<Files>) -> Self {
        let coming = Rc::new(Expected::default());
        let announced = EventListener::new(connection, "datachannel", {
            let (coming, reporter) = (coming.clone(), reporter.clone());
            move |event| {
                let channel = event.unchecked_ref::<RtcDataChannelEvent>().channel();
                if !come(&coming, &reporter, &channel) {
                    channel.close();
                }
            }
        });
        Self {
            connection: connection.clone(),
            reporter: reporter.clone(),
            files,
            going: RefCell::default(),
            coming,
            _announced: announced,
        }
    }

    /// Opens a channel, in place of the one there was.
    pub fn send(&self, file: u32, from: u64) {
        self.stop(file, false);
        let Some(picked) = self.files.picked(file) else { return };
        let rtc = self.connection.create_data_channel(&Label { file, from }.to_string());
        let sending = Rc::new(Sending::new(rtc));
        self.going.borrow_mut().insert(file, Going(sending.clone()));
        let reporter = self.reporter.clone();
        spawn_local(async move {
            match sending.run(&picked, from).await {
                Ok(Some(sha256)) => reporter.report(PairEvent::FileSent { file, sha256 }),
                Ok(None) => {}
                Err(why) => reporter.report(PairEvent::FileUnsent { file, why }),
            }
        });
    }

    pub fn allow(&self, file: u32, until: u64) {
        if let Some(Going(sending)) = self.going.borrow().get(&file) {
            sending.until.set(until);
            sending.bell.ring();
        }
    }

    /// Its channel is about to come, in place of the one there was.
    pub fn take(&self, id: u32, file: u32, from: u64) {
        self.stop(file, true);
        if let Some(store) = self.files.store(id) {
            self.coming.borrow_mut().insert(file, Coming { store, from, _channel: None });
        }
    }

    pub fn stop(&self, file: u32, coming: bool) {
        if coming {
            drop(self.coming.borrow_mut().remove(&file));
        } else {
            drop(self.going.borrow_mut().remove(&file));
        }
    }
}

/// A channel has been opened from the other side. `false` when nobody has asked for it.
fn come(expected: &Expected, reporter: &Reporter, channel: &RtcDataChannel) -> bool {
    let Some(Label { file, from }) = Label::parse(&channel.label()) else { return false };
    let mut expected = expected.borrow_mut();
    let Some(coming) = expected.get_mut(&file).filter(|coming| coming.from == from) else { return false };
    if coming.store.goes_on(from).is_err() {
        return false;
    }
    coming._channel = Some(ComingChannel::new(channel, file, &coming.store, reporter));
    true
}

impl ComingChannel {
    fn new(rtc: &RtcDataChannel, file: u32, store: &Rc<Store>, reporter: &Reporter) -> Self {
        rtc.set_binary_type(RtcDataChannelType::Arraybuffer);
        let (taking, closing, reporter) = (store.clone(), store.clone(), reporter.clone());
        let listeners = [
            EventListener::new(rtc, "message", move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data();
                match data.dyn_into::<ArrayBuffer>() {
                    Ok(buffer) => taking.take(&Uint8Array::new(&buffer)),
                    Err(_) => taking.fail(Reason::Broken),
                }
            }),
            EventListener::new(rtc, "close", move |_| {
                if !closing.is_full() {
                    reporter.report(PairEvent::FileLost { file });
                }
            }),
        ];
        Self { rtc: rtc.clone(), _listeners: listeners }
    }
}

impl Drop for ComingChannel {
    fn drop(&mut self) {
        self.rtc.close();
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.0.stopped.set(true);
        self.0.bell.ring();
        self.0.rtc.close();
    }
}

impl Sending {
    fn new(rtc: RtcDataChannel) -> Self {
        rtc.set_buffered_amount_low_threshold(BUFFER_LOW);
        let bell = Rc::new(Bell::default());
        let listeners = ["open", "bufferedamountlow", "close"].map(|name| {
            let bell = bell.clone();
            EventListener::new(&rtc, name, move |_| bell.ring())
        });
        Self { rtc, until: Cell::new(0), stopped: Cell::new(false), bell, _listeners: listeners }
    }

    /// The digest at the end of it; nothing when the channel is closed before.
    async fn run(&self, picked: &PickedFile, from: u64) -> Result<Option<Sha256>, Reason> {
        let (size, mut at) = (picked.size(), from);
        while at < size {
            let Some(until) = self.may_send_from(at).await else { return Ok(None) };
            let end = until.min(at + READ).min(size);
            let bytes = picked.read(at, end).await?;
            let length = bytes.length();
            let mut sent = 0;
            while sent < length {
                let part = bytes.subarray(sent, length.min(sent + MESSAGE));
                if self.may_send_from(at + u64::from(sent)).await.is_none() || self.hand_over(&part).is_err()
                {
                    return Ok(None);
                }
                sent += part.length();
            }
            at = end;
        }
        picked.digest().map(Some).ok_or(Reason::Broken)
    }

    fn hand_over(&self, part: &Uint8Array) -> Result<(), JsValue> {
        let sent = self.rtc.send_with_array_buffer_view(part);
        sent.inspect_err(|error| js::debug("not sent:", error))
    }

    /// Up to where it may be sent, once it may be from here on; nothing when the channel is closed.
    async fn may_send_from(&self, at: u64) -> Option<u64> {
        let look = || match self.rtc.ready_state() {
            _ if self.stopped.get() => Some(None),
            RtcDataChannelState::Connecting => None,
            RtcDataChannelState::Open
                if self.until.get() <= at || self.rtc.buffered_amount() > BUFFER_MOST =>
            {
                None
            }
            RtcDataChannelState::Open => Some(Some(self.until.get())),
            _ => Some(None),
        };
        self.bell.wait(look).await
    }
}
