//! What the runtime of chains costs beside its models: microseconds and allocations per step.
//!
//! Run with: `cargo bench --no-default-features --bench overhead`; `benches/run.sh` runs it beside `LangChain` and
//! `LangGraph`. What is measured and what is not stands in `benches/README.md`.

use std::{error::Error, sync::Arc, time::Duration};

use clap::Parser;

mod allocations;
mod instant_model;
mod result;
mod shape;
mod times;
mod work;

use instant_model::InstantModel;
use result::Measured;
use shape::Shape;
use work::Work;

/// Measures what chains cost beside their models.
#[derive(Debug, Parser)]
struct Arguments {
    /// Writes a line of JSON for every case, with all its samples, in place of a table.
    #[arg(long)]
    json: bool,
    /// Measures only this shape.
    #[arg(long)]
    shape: Option<Shape>,
    /// How long each case is repeated, in seconds, above 0.
    #[arg(long, default_value_t = 0.25)]
    seconds: f64,
    /// How many chains run at once, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1_usize, 100, 1000])]
    at_once: Vec<usize>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let budget = Duration::try_from_secs_f64(arguments.seconds)?;
    // One thread, as Python has.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let model = Arc::new(InstantModel::default());
    if !arguments.json {
        println!("{}", Measured::heading());
    }
    for shape in Shape::ALL {
        if arguments.shape.is_some_and(|only| only != shape) {
            continue;
        }
        let subject = shape.subject(&model)?;
        for streamed in [false, true] {
            let work = Work { shape, subject: Arc::clone(&subject), streamed };
            runtime.block_on(work.check())?;
            for count in arguments.at_once.iter().copied() {
                let microseconds = times::samples(&runtime, &work, count, budget)?;
                let allocated = allocations::per_step(&runtime, &work, count)?;
                let measured = Measured::new(shape, streamed, count, (microseconds, allocated));
                if arguments.json {
                    println!("{}", serde_json::to_string(&measured)?);
                } else {
                    println!("{measured}");
                }
            }
        }
    }
    Ok(())
}
