//! Makes the step that searches a folder.

use std::path::Path;

use crate::chain::{
    spec::{self, Placed},
    step::{Action, Retrieve},
};

use super::{Loader, Place};

impl Loader<'_> {
    pub(super) fn retrieve(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let Some(from) = step.from.as_ref().filter(|from| !from.value.trim().is_empty()) else {
            let message = "`retrieve` needs `from`: a folder of notes or solved problems, for example \
                           `from: notes`";
            return self.problem(place, message);
        };
        let top = self.within(step.top.as_ref(), "top", (1, Retrieve::MOST), place);
        let most = &step.max_characters;
        let most = self.within(most.as_ref(), "max_characters", Retrieve::CHARACTERS, place);
        // From where the chain file is, wherever it is read from.
        let folder = Path::new(self.file).parent().unwrap_or(Path::new("")).join(&from.value);
        let mut retrieve = Retrieve::from_folder(folder);
        if let Err(error) = retrieve.check() {
            let message = format!(
                "{error}; `from` is a folder, from where the chain file is, or a whole path"
            );
            return self.problem(Place::of(from, place.step), message);
        }
        if step.model.is_some() {
            retrieve = retrieve.by_meaning();
        }
        if let Some(top) = top? {
            retrieve = retrieve.top(top);
        }
        if let Some(most) = most? {
            retrieve = retrieve.at_most(most);
        }
        Some(retrieve.into())
    }

    /// A number that is given, within its bounds.
    fn within(
        &mut self,
        given: Option<&Placed<usize>>,
        name: &str,
        (least, most): (usize, usize),
        place: Place<'_>,
    ) -> Option<Option<usize>> {
        let Some(given) = given else { return Some(None) };
        if (least..=most).contains(&given.value) {
            return Some(Some(given.value));
        }
        let message = format!("`{name}` is {least} to {most}");
        self.problem(Place::of(given, place.step), message)
    }
}
