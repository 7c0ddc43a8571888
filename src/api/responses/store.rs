//! The responses that are kept: so many, so large in all, the oldest given up first.
//!
//! They are in memory only, and gone when the process ends. Each belongs to the key that asked for
//! it; for all others it does not exist. A response that is still being made is never given up, and
//! does not count against those that are finished: there are bounds of its own for it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::task::AbortHandle;

use super::{
    assembler::{Assembler, Frame},
    item::{ContentPart, OutputItem},
    nested,
    resource::ResponseBody,
};
use crate::{
    access::Caller,
    api::{
        reasoning::without_thinking,
        recording::{End, Progress, Recording},
    },
    error::ApiError,
    generate::{Answer, GenerateError, Message, ToolCall},
};

/// Finished responses are given up when all together take more, in bytes.
const MOST_BYTES: usize = 128 * 1024 * 1024;
/// How many responses are being made in the background, in all and for one key.
const MOST_RUNNING: usize = 256;
const MOST_RUNNING_OF_ONE: usize = 64;
/// No more are begun when those take more, in bytes.
const MOST_RUNNING_BYTES: usize = 128 * 1024 * 1024;

/// The responses that are kept.
pub(crate) struct ResponseStore {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    responses: HashMap<String, Stored>,
    /// By age: the ids of all responses.
    ages: BTreeMap<u64, String>,
    next_age: u64,
}

/// A response that is kept.
#[derive(Clone)]
pub(super) struct Stored {
    /// Whose it is.
    pub(super) caller: Caller,
    /// What does not change.
    pub(super) frame: Arc<Frame>,
    /// The conversation up to it, without instructions.
    pub(super) conversation: Arc<[Message]>,
    /// The items that were asked, as JSON text: parsed they take many times the room.
    items: Arc<str>,
    /// Its pieces.
    pub(super) recording: Recording,
    /// Ends the work on it; only in the background.
    pub(super) work: Option<AbortHandle>,
    /// About how much memory it takes without its pieces, in bytes.
    pub(super) bytes: usize,
    age: u64,
}

impl Stored {
    /// A response to be kept.
    pub(super) fn new(
        caller: Caller,
        frame: Arc<Frame>,
        conversation: Vec<Message>,
        items: Vec<Value>,
        recording: Recording,
    ) -> Self {
        let said: usize = conversation.iter().map(message_bytes).sum();
        let items: Arc<str> = serde_json::to_string(&items).unwrap_or_default().into();
        let asked = serde_json::to_string(&frame.asked).map_or(0, |asked| asked.len());
        Self {
            caller,
            frame,
            conversation: conversation.into(),
            // The conversation is there twice while the response is made.
            bytes: 2 * said + items.len() + 2 * asked + 4096,
            items,
            recording,
            work: None,
            age: 0,
        }
    }

    /// The same with other pieces.
    pub(super) fn of(self, recording: Recording) -> Self {
        Self { recording, ..self }
    }

    fn takes(&self) -> usize {
        self.bytes + self.recording.bytes()
    }

    fn is_running(&self) -> bool {
        !self.recording.has_ended()
    }

    /// The items that were asked.
    pub(super) fn items(&self) -> Vec<Value> {
        serde_json::from_str(&self.items).unwrap_or_default()
    }

    /// The response as far as it is.
    pub(super) fn body(&self) -> ResponseBody {
        let (pieces, progress) = self.recording.so_far();
        let mut assembler = Assembler::new(Arc::clone(&self.frame));
        let completed_at = self.recording.completed_at();
        for piece in pieces {
            assembler.add(piece.delta, completed_at);
        }
        match progress {
            Progress::Waiting | Progress::Ended(End::Whole) => {}
            Progress::Running => {
                assembler.start();
            }
            Progress::Ended(End::Failed(error)) => {
                assembler.fail(&nested::told(error));
            }
            Progress::Ended(End::Cancelled) => {
                assembler.cancel();
            }
        }
        assembler.body()
    }

    /// The conversation up to it and its answer.
    ///
    /// # Errors
    ///
    /// What it has in place of an answer.
    fn continued(&self) -> Result<Vec<Message>, &'static str> {
        match self.recording.progress() {
            Progress::Ended(End::Whole) => {}
            Progress::Waiting | Progress::Running => return Err("is not finished yet"),
            Progress::Ended(End::Failed(_)) => return Err("failed and has no answer"),
            Progress::Ended(End::Cancelled) => return Err("was cancelled and has no answer"),
        }
        let mut answer = Answer::default();
        for piece in self.recording.so_far().0 {
            answer.add(piece.delta);
        }
        let said = Message { tool_calls: answer.tool_calls, ..Message::assistant(answer.content) };
        Ok(self.conversation.iter().cloned().chain([said]).collect())
    }
}

fn message_of(item: OutputItem) -> Message {
    match item {
        OutputItem::Reasoning(_) => Message::assistant(""),
        OutputItem::Message(item) => {
            let texts = item.content.into_iter();
            let text: String = texts.map(|ContentPart::OutputText { text, .. }| text).collect();
            Message::assistant(without_thinking(&text))
        }
        OutputItem::FunctionCall(item) => {
            let call = ToolCall { id: item.call_id, name: item.name, arguments: item.arguments };
            Message { tool_calls: vec![call], ..Message::assistant("") }
        }
    }
}

fn message_bytes(message: &Message) -> usize {
    let calls = message.tool_calls.iter();
    let calls: usize = calls.map(|call| call.name.len() + call.arguments.len() + 64).sum();
    message.content.len() + calls + size_of::<Message>()
}

impl ResponseStore {
    /// Keeps up to `most` responses; 0 keeps none.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Whether anything is kept.
    pub(super) fn keeps(&self) -> bool {
        self.most > 0
    }

    /// How many responses are being made in the background.
    pub(super) fn running(&self) -> usize {
        self.with(|kept| kept.responses.values().filter(|stored| stored.is_running()).count())
    }

    /// Keeps a response.
    ///
    /// # Errors
    ///
    /// If it is still to be made and there is too much of that already.
    pub(super) fn insert(&self, mut stored: Stored) -> Result<(), GenerateError> {
        self.with(|kept| {
            // The same response may come twice, if its request did.
            if kept.responses.contains_key(&stored.frame.identity.id) {
                return Ok(());
            }
            if stored.is_running() {
                kept.has_room(&stored.caller)?;
            }
            stored.age = kept.next_age;
            kept.next_age += 1;
            let id = stored.frame.identity.id.clone();
            kept.ages.insert(stored.age, id.clone());
            kept.responses.insert(id, stored);
            kept.make_room(self.most);
            Ok(())
        })
    }

    /// The response is finished: it is new from now on, however long it took.
    pub(super) fn finished(&self, id: &str) {
        self.with(|kept| {
            if let Some(stored) = kept.responses.get_mut(id) {
                kept.ages.remove(&stored.age);
                stored.age = kept.next_age;
                kept.ages.insert(stored.age, id.to_owned());
                kept.next_age += 1;
            }
            kept.make_room(self.most);
        });
    }

    /// The response of that id, if it is the caller's.
    ///
    /// # Errors
    ///
    /// 404 if there is none.
    pub(super) fn find(&self, id: &str, caller: &Caller) -> Result<Stored, ApiError> {
        self.with(|kept| kept.find(id, caller).cloned()).ok_or_else(|| ApiError::no_response(id))
    }

    /// Forgets a response; what is still being made ends.
    ///
    /// # Errors
    ///
    /// 404 if there is none.
    pub(super) fn remove(&self, id: &str, caller: &Caller) -> Result<(), ApiError> {
        let removed = self.with(|kept| {
            kept.find(id, caller)?;
            let stored = kept.responses.remove(id)?;
            kept.ages.remove(&stored.age);
            Some(stored)
        });
        let stored = removed.ok_or_else(|| ApiError::no_response(id))?;
        stored.recording.end(End::Cancelled);
        if let Some(work) = stored.work {
            work.abort();
        }
        Ok(())
    }

    /// Says which work a response is being made by.
    pub(super) fn set_work(&self, id: &str, work: AbortHandle) {
        self.with(|kept| {
            match kept.responses.get_mut(id) {
                Some(stored) => stored.work = Some(work),
                // Deleted in between: nobody can read it any more.
                None => work.abort(),
            }
        });
    }

    /// The conversation to go on from.
    ///
    /// # Errors
    ///
    /// 400 if there is no such response, or none to go on from.
    pub(super) fn conversation(&self, id: &str, caller: &Caller) -> Result<Vec<Message>, ApiError> {
        let found = self.find(id, caller).map_err(|_| ApiError::no_previous_response(id))?;
        found.continued().map_err(|state| {
            ApiError::invalid("previous_response_id", format!("The response `{id}` {state}."))
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn find(&self, id: &str, caller: &Caller) -> Option<&Stored> {
        self.responses.get(id).filter(|stored| stored.caller == *caller)
    }

    /// Whether one more response may be made in the background.
    fn has_room(&self, caller: &Caller) -> Result<(), GenerateError> {
        let running = || self.responses.values().filter(|stored| stored.is_running());
        let own = running().filter(|stored| stored.caller == *caller).count();
        let bytes: usize = running().map(Stored::takes).sum();
        if running().count() < MOST_RUNNING
            && own < MOST_RUNNING_OF_ONE
            && bytes <= MOST_RUNNING_BYTES
        {
            return Ok(());
        }
        Err(GenerateError::Overloaded {
            message:
                "Too many responses are being made in the background already. Please try again \
                      later."
                    .to_owned(),
            retry_after: Duration::from_secs(30),
        })
    }

    /// Gives up the oldest finished responses until the rest may stay, but never the newest.
    fn make_room(&mut self, most: usize) {
        let finished: Vec<(u64, usize)> = self
            .ages
            .iter()
            .filter_map(|(age, id)| Some((*age, self.responses.get(id)?)))
            .filter(|(_, stored)| !stored.is_running())
            .map(|(age, stored)| (age, stored.takes()))
            .collect();
        let mut bytes: usize = finished.iter().map(|(_, bytes)| bytes).sum();
        let mut count = finished.len();
        let mut given_up = Vec::new();
        for (age, takes) in finished {
            if (count <= most && bytes <= MOST_BYTES) || count <= 1 {
                break;
            }
            bytes = bytes.saturating_sub(takes);
            count -= 1;
            given_up.extend(self.ages.get(&age).map(|id| (age, id.clone())));
        }
        for (age, id) in given_up {
            self.ages.remove(&age);
            self.responses.remove(&id);
        }
    }
}

/// The items that one request refers to; each response is looked at once.
pub(super) struct References<'store> {
    store: &'store ResponseStore,
    caller: &'store Caller,
    known: RefCell<HashMap<String, Vec<OutputItem>>>,
}

impl<'store> References<'store> {
    /// Those of a request of `caller`.
    pub(super) fn new(store: &'store ResponseStore, caller: &'store Caller) -> Self {
        Self { store, caller, known: RefCell::default() }
    }

    /// The message that a reference to an item stands for; an empty one for thinking.
    pub(super) fn message(&self, id: &str) -> Option<Message> {
        self.find(id).map(message_of)
    }

    /// The item that a reference stands for.
    pub(super) fn item(&self, id: &str) -> Option<Value> {
        serde_json::to_value(self.find(id)?).ok()
    }

    fn find(&self, id: &str) -> Option<OutputItem> {
        // `msg_UNIQUE_2` is an item of `resp_UNIQUE`.
        let (_, rest) = id.split_once('_')?;
        let (unique, _) = rest.rsplit_once('_')?;
        let response = format!("resp_{unique}");
        let mut known = self.known.borrow_mut();
        if !known.contains_key(&response) {
            let stored = self.store.find(&response, self.caller).ok()?;
            known.insert(response.clone(), stored.body().output);
        }
        known.get(&response)?.iter().find(|item| item.id() == id).cloned()
    }
}
