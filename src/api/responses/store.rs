//! The responses that are kept: so many, so large in all, the oldest given up first.
//!
//! They are in memory only, and gone when the process ends. Each belongs to the key that asked for
//! it; for all others it does not exist. A response that is still being made is never given up.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::task::AbortHandle;

use super::{
    assembler::{Assembler, Frame},
    item::OutputItem,
    resource::ResponseBody,
};
use crate::{
    access::Caller,
    api::recording::{End, Progress, Recording},
    error::ApiError,
    generate::{Answer, GenerateError, Message, ToolCall},
};

/// Responses are given up when all together take more, in bytes.
const MOST_BYTES: usize = 128 * 1024 * 1024;

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
    /// The items that were asked.
    pub(super) items: Arc<[Value]>,
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
        let asked: usize = items.iter().map(|item| item.to_string().len()).sum();
        Self {
            caller,
            frame,
            conversation: conversation.into(),
            items: items.into(),
            recording,
            work: None,
            bytes: said + asked + 4096,
            age: 0,
        }
    }

    fn takes(&self) -> usize {
        self.bytes + self.recording.bytes()
    }

    fn is_running(&self) -> bool {
        !matches!(self.recording.progress(), Progress::Ended(_))
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
                assembler.fail(&ApiError::from(error));
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

    /// The message that one of its items is; empty for thinking.
    fn item(&self, id: &str) -> Option<Message> {
        let body = self.body();
        let item = body.output.into_iter().find(|item| item.id() == id)?;
        Some(match item {
            OutputItem::Reasoning(_) => Message::assistant(""),
            OutputItem::Message(item) => Message::assistant(
                item.content
                    .into_iter()
                    .map(|super::item::ContentPart::OutputText { text, .. }| text)
                    .collect::<String>(),
            ),
            OutputItem::FunctionCall(item) => {
                let call =
                    ToolCall { id: item.call_id, name: item.name, arguments: item.arguments };
                Message { tool_calls: vec![call], ..Message::assistant("") }
            }
        })
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

    /// Keeps a response.
    ///
    /// # Errors
    ///
    /// If as many are still being made as can be kept.
    pub(super) fn insert(&self, mut stored: Stored) -> Result<(), GenerateError> {
        self.with(|kept| {
            let running = kept.responses.values().filter(|stored| stored.is_running()).count();
            if stored.is_running() && running >= self.most {
                return Err(GenerateError::Overloaded {
                    message: format!(
                        "{running} responses are being made in the background already. Please try \
                         again later."
                    ),
                    retry_after: std::time::Duration::from_secs(30),
                });
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

    /// Gives up the oldest responses until the rest may stay; called when one has grown.
    pub(super) fn make_room(&self) {
        self.with(|kept| kept.make_room(self.most));
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
        let found = self.find(id, caller).map_err(|_| {
            ApiError::invalid(
                "previous_response_id",
                format!(
                    "No response `{id}` is kept here. Responses are kept in memory, the newest \
                     {} of them; send the whole conversation as `input` instead.",
                    self.most
                ),
            )
        })?;
        found.continued().map_err(|state| {
            ApiError::invalid("previous_response_id", format!("The response `{id}` {state}."))
        })
    }

    /// What a reference to an item stands for.
    pub(super) fn item(&self, id: &str, caller: &Caller) -> Option<Message> {
        // `msg_UNIQUE_2` is an item of `resp_UNIQUE`.
        let (_, rest) = id.split_once('_')?;
        let (unique, _) = rest.rsplit_once('_')?;
        self.find(&format!("resp_{unique}"), caller).ok()?.item(id)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn find(&self, id: &str, caller: &Caller) -> Option<&Stored> {
        self.responses.get(id).filter(|stored| stored.caller == *caller)
    }

    fn make_room(&mut self, most: usize) {
        let mut bytes: usize = self.responses.values().map(Stored::takes).sum();
        let mut given_up = Vec::new();
        for (age, id) in &self.ages {
            if self.responses.len() - given_up.len() <= most && bytes <= MOST_BYTES {
                break;
            }
            if let Some(stored) = self.responses.get(id).filter(|stored| !stored.is_running()) {
                bytes = bytes.saturating_sub(stored.takes());
                given_up.push((*age, id.clone()));
            }
        }
        for (age, id) in given_up {
            self.ages.remove(&age);
            self.responses.remove(&id);
        }
    }
}
