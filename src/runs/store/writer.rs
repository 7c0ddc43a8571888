//! The thread that writes: what happens is told to it in order, and it alone changes the file.

use std::sync::mpsc::{Receiver, Sender};

use rusqlite::{Connection, params};

use crate::runs::record::RunState;

use super::Summary;

/// What the writing thread is told.
#[derive(Debug)]
pub(super) enum Order {
    Begin { id: String, owner: String, summary: Summary, head: String },
    Entry { id: String, kind: &'static str, body: String },
    End { id: String, state: RunState, tokens: u64, tail: String },
    Flush(Sender<()>),
}

/// Writes what it is told.
pub(super) struct Writer {
    pub(super) connection: Connection,
    /// How many records of each owner.
    pub(super) keep: usize,
    /// Whether it was said that writing fails: once is enough.
    pub(super) failed: bool,
}

impl Writer {
    pub(super) fn write(mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            if let Order::Flush(done) = order {
                let _ = done.send(());
            } else if let Err(error) = self.carry_out(&order)
                && !std::mem::replace(&mut self.failed, true)
            {
                tracing::warn!("the record of a run could not be written: {error}");
            }
        }
    }

    fn carry_out(&self, order: &Order) -> rusqlite::Result<()> {
        match order {
            Order::Begin { id, owner, summary, head } => {
                let started = i64::try_from(summary.started_ms).unwrap_or(i64::MAX);
                self.connection.execute(
                    "INSERT OR REPLACE INTO runs (id, owner, started_ms, chain, question, state, head) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![id, owner, started, summary.chain, summary.question, "running", head],
                )?;
                self.prune()
            }
            Order::Entry { id, kind, body } => self
                .connection
                .execute(
                    // Of a run that was forgotten nothing is kept.
                    "INSERT INTO entries (run, number, kind, body) SELECT ?1, \
                     (SELECT coalesce(max(number), 0) + 1 FROM entries WHERE run = ?1), ?2, ?3 \
                     WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?1)",
                    params![id, kind, body],
                )
                .map(drop),
            Order::End { id, state, tokens, tail } => {
                let tokens = i64::try_from(*tokens).unwrap_or(i64::MAX);
                self.connection
                    .execute(
                        "UPDATE runs SET state = ?2, tokens = ?3, tail = ?4 WHERE id = ?1",
                        params![id, state.as_str(), tokens, tail],
                    )
                    .map(drop)
            }
            Order::Flush(_) => Ok(()),
        }
    }

    /// Forgets the oldest records beyond the bound, of each owner by itself: nobody's push out another's.
    fn prune(&self) -> rusqlite::Result<()> {
        let keep = i64::try_from(self.keep).unwrap_or(i64::MAX);
        let transaction = self.connection.unchecked_transaction()?;
        for table in ["entries WHERE run", "runs WHERE id"] {
            let statement = format!(
                "DELETE FROM {table} IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY owner \
                 ORDER BY started_ms DESC, rowid DESC) AS place FROM runs) WHERE place > ?1)"
            );
            transaction.execute(&statement, [keep])?;
        }
        transaction.commit()
    }
}
