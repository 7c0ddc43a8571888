//! Searches read files and keep a processor busy: only so many run at the same time, and one that nobody waits for any
//! more does not begin.

use std::sync::{Arc, LazyLock};

use tokio::{
    sync::Semaphore,
    task::{JoinError, JoinHandle},
};

use super::{
    library::{Found, Library, RetrievalError},
    meaning,
};

/// How many searches run at the same time in this process. Most take milliseconds; one that has to make an index takes
/// seconds and memory.
const AT_ONCE: usize = 4;

static TURNS: LazyLock<Turns> = LazyLock::new(|| Turns::of(AT_ONCE));

/// Searches a folder as [`Library::search`] does, when its turn has come, on a thread on which nobody is kept waiting.
/// Dropped before that, nothing is searched.
///
/// # Errors
///
/// As there.
pub async fn search(
    library: Arc<Library>,
    query: String,
    top: usize,
    most_characters: usize,
) -> Result<Found, RetrievalError> {
    let name = library.name();
    let found = TURNS.take(move || library.search(&query, top, most_characters)).await;
    found.unwrap_or_else(|error| Err(RetrievalError::Index { name, message: error.to_string() }))
}

/// How many texts are turned into vectors by one call.
const TEXTS_A_CALL: usize = 32;

/// What a search by meaning came to.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundByMeaning {
    /// What was found.
    pub found: Found,
    /// How many passages were turned into vectors for it; `None` where there are too many to search by meaning, and only
    /// words counted.
    pub vectors_made: Option<usize>,
}

/// Why a search by meaning failed.
#[derive(Debug, thiserror::Error)]
pub enum MeaningError<E> {
    /// The folder.
    #[error(transparent)]
    Retrieval(#[from] RetrievalError),
    /// The model that turns texts into vectors.
    #[error("{0}")]
    Model(E),
}

/// Searches a folder by words and by what they mean: passages are ranked by BM25 and by the cosine of their vectors with
/// the query's, and both rankings are joined by reciprocal rank fusion. `embed` turns texts into vectors, one each, by the
/// model of this name. Vectors of passages are kept in memory as long as the passages are there; the first search of a
/// large folder takes as long as the model needs for all of them, and one that breaks off leaves what it has made.
///
/// # Errors
///
/// As for [`search`], and what `embed` reports.
pub async fn search_by_meaning<E, Made: Future<Output = Result<Vec<Vec<f32>>, E>>>(
    library: Arc<Library>,
    query: String,
    model: &str,
    (top, most_characters): (usize, usize),
    embed: impl Fn(Vec<String>) -> Made,
) -> Result<FoundByMeaning, MeaningError<E>> {
    let making = library.embedding.lock().await;
    let lacking = blocking(&library, model, |library, model| library.lacking(&model)).await?;
    let Some(lacking) = lacking else {
        drop(making);
        let found = search(Arc::clone(&library), query, top, most_characters).await?;
        return Ok(FoundByMeaning { found, vectors_made: None });
    };
    for texts in lacking.chunks(TEXTS_A_CALL) {
        let made = embed(texts.to_vec()).await.map_err(MeaningError::Model)?;
        let made: Vec<(String, Vec<f32>)> = texts.iter().cloned().zip(made).collect();
        blocking(&library, model, |library, model| library.keep(&model, made.into_iter())).await?;
    }
    drop(making);
    let asked = vec![meaning::read(&query).to_owned()];
    let vector = embed(asked).await.map_err(MeaningError::Model)?.pop().unwrap_or_default();
    let found = blocking(&library, model, move |library, model| {
        library.search_by_meaning((&query, &model, &vector), top, most_characters)
    });
    Ok(FoundByMeaning { found: found.await?, vectors_made: Some(lacking.len()) })
}

/// Work on a folder, in its turn and on a thread on which nobody is kept waiting.
async fn blocking<T: Send + 'static>(
    library: &Arc<Library>,
    model: &str,
    work: impl FnOnce(&Library, String) -> Result<T, RetrievalError> + Send + 'static,
) -> Result<T, RetrievalError> {
    let (shared, model, name) = (Arc::clone(library), model.to_owned(), library.name());
    let done = TURNS.take(move || work(&shared, model)).await;
    done.unwrap_or_else(|error| Err(RetrievalError::Index { name, message: error.to_string() }))
}

/// Places for work that keeps a thread busy.
struct Turns(Arc<Semaphore>);

impl Turns {
    fn of(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// Does the work when there is a place; the place is free when the work is done, whether or not anybody waits.
    async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // It is never closed, so there is always a place some time.
        let place = Arc::clone(&self.0).acquire_owned().await.ok();
        let mut working = Working(tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        }));
        (&mut working.0).await
    }
}

/// Work that does not begin any more when nobody waits for it.
struct Working<T>(JoinHandle<T>);

impl<T> Drop for Working<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        time::Duration,
    };

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn only_so_many_search_at_once_and_a_dropped_one_does_not_begin() {
        let turns = Turns::of(1);
        let begun = Arc::new(AtomicUsize::new(0));
        let count = || {
            let begun = Arc::clone(&begun);
            move || begun.fetch_add(1, Ordering::SeqCst)
        };
        let (release, held) = mpsc::channel::<()>();
        let (started, starts) = mpsc::channel();
        let mut first = Box::pin(turns.take(move || {
            started.send(()).unwrap();
            held.recv().unwrap();
        }));
        assert!(first.as_mut().now_or_never().is_none());
        starts.recv().unwrap();
        let mut second = Box::pin(turns.take(count()));
        assert!(second.as_mut().now_or_never().is_none());
        let mut third = Box::pin(turns.take(count()));
        assert!(third.as_mut().now_or_never().is_none());
        drop(second);
        // The first goes on although nobody waits for it, and keeps its place until it is done.
        drop(first);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(third.as_mut().now_or_never().is_none());
        assert_eq!(begun.load(Ordering::SeqCst), 0);
        release.send(()).unwrap();
        assert_eq!(third.await.unwrap(), 0, "the second has never begun");
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }
}
