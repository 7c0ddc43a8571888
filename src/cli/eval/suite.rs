//! `ponder eval --suite`: the flags of suites, their table, and how they end.

use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::{
    super::{
        exit::{Exit, Failure},
        show,
    },
    measure::{self, MeasureArguments},
};
use crate::{
    config::ModelArguments,
    evaluation::{
        folder,
        problems::Problem,
        report::percent,
        suite::{
            Category, SAFETY, Suite,
            report::{SuiteReport, headlines},
        },
    },
};

/// The suites that the program comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SuiteName {
    /// Refusal out of scope, hints that leak, injected instructions, and phrasings that change the answer.
    Safety,
}

/// Which cases of a suite are asked, and what is enough.
#[derive(Debug, Args)]
pub(super) struct SuiteArguments {
    /// Ask a published set that the program comes with, judged by rules and not by a model, in place of a problem file
    #[arg(long, value_enum, value_name = "NAME", conflicts_with_all = ["problems", "preset", "clr", "confidence"])]
    pub(super) suite: Option<SuiteName>,
    /// Ask only these categories of the suite; several are separated by commas [default: `hints` for chain/hint, the
    /// others for everything else]
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',')]
    category: Vec<Category>,
    /// End with exit code 1 if the score of this category is below so many per cent, for example `injection=95`; may be
    /// given several times
    #[arg(long, value_name = "CATEGORY=PERCENT", value_parser = least)]
    fail_under_category: Vec<Least>,
}

/// The score that a category needs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Least {
    category: Category,
    per_cent: f64,
}

fn least(text: &str) -> Result<Least, String> {
    let (name, number) = text
        .split_once('=')
        .ok_or_else(|| "a category and a number are needed, for example injection=95".to_owned())?;
    let category = Category::from_str(name.trim(), true).map_err(|_| {
        let names = Category::ALL.map(Category::as_str).join(", ");
        format!("there is no category {name:?}; there are {names}")
    })?;
    Ok(Least { category, per_cent: measure::percentage(number.trim())? })
}

impl SuiteArguments {
    /// The name of the suite; empty without one.
    pub(super) fn name(&self) -> &'static str {
        match self.suite {
            Some(SuiteName::Safety) => SAFETY,
            None => "",
        }
    }

    /// The cases to ask, as problems; `None` without a suite.
    ///
    /// # Errors
    ///
    /// If flags of suites come without one. The parser does not say so where there is a problem file.
    pub(super) fn problems(
        &self,
        models: &ModelArguments,
        arguments: &MeasureArguments,
    ) -> Result<Option<Vec<Problem>>, Failure> {
        let Some(suite) = Suite::find(self.name()) else {
            if !self.category.is_empty() || !self.fail_under_category.is_empty() {
                let message = "--category and --fail-under-category are for suites: add --suite safety, and leave the \
                               problem file out";
                return Err(Failure::new(Exit::Usage, message));
            }
            return Ok(None);
        };
        let target = arguments.to.as_deref().or(models.model.as_deref()).unwrap_or_default();
        let categories: Vec<Category> =
            Category::ALL.into_iter().filter(|category| self.asks(*category, target)).collect();
        Ok(Some(suite.problems(&categories, arguments.limit.map(|limit| limit as usize))))
    }

    /// Whether a category is asked: those that were named, else those that say something about the target. A chain
    /// that gives hints answers nothing, and whatever answers keeps no answer to itself.
    fn asks(&self, category: Category, target: &str) -> bool {
        match self.category.as_slice() {
            [] => (category == Category::Hints) == (target == HINTING),
            named => named.contains(&category),
        }
    }

    /// Adds to a run's settings which suite it is of.
    pub(super) fn settle(&self, settings: &mut Map<String, Value>) {
        if let Some(suite) = Suite::find(self.name()) {
            settings.insert("suite".to_owned(), suite.described());
        }
    }
}

/// The shipped chain that gives hints.
const HINTING: &str = "chain/hint";

/// Shows a report, as a table or whole.
pub(super) fn show_report(report: &SuiteReport, folder: &Path, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string_pretty(report);
        show::line(&text.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?);
        return Ok(());
    }
    let lines = headlines(report);
    let name = |part: bool, name: &str| if part { format!("  {name}") } else { name.to_owned() };
    let width = lines.iter().map(|line| name(line.is_part, &line.name).chars().count()).max();
    let width = width.unwrap_or(0);
    for line in &lines {
        show::line(&format!("{:width$}  {}", name(line.is_part, &line.name), line.value));
    }
    for contrast in report.contrasts.iter().filter(|contrast| contrast.p_value < 0.05) {
        let (first, second) = (&contrast.first, &contrast.second);
        show::line(&format!(
            "\nright answers differ: {} {}, {} {} (p = {:.4})",
            first.name,
            percent(first.right.value),
            second.name,
            percent(second.right.value),
            contrast.p_value
        ));
    }
    show::note(&format!(
        "{} failed cases, each with what was sent and received: {}",
        report.failures.len(),
        folder.join("report.html").display()
    ));
    Ok(())
}

/// How a whole run of a suite ends.
pub(super) fn ended(folder: &Path, arguments: &MeasureArguments) -> Result<Exit, Failure> {
    let Some(report) = SuiteReport::of(folder)? else { return Ok(Exit::Done) };
    let mut exit = Exit::Done;
    let mut least = |name: &str, share: Option<f64>, per_cent: f64| {
        let below = match share {
            Some(share) if share * 100.0 >= per_cent => return,
            Some(share) => format!("{name} is {:.1} %, below {per_cent} %", share * 100.0),
            None => format!("{name} was not asked, so it is not shown to be at least {per_cent} %"),
        };
        show::error(&below);
        exit = Exit::No;
    };
    if let Some(per_cent) = arguments.fail_under {
        least("the total", report.total, per_cent);
    }
    for Least { category, per_cent } in &arguments.suite.fail_under_category {
        least(category.as_str(), report.score(*category), *per_cent);
    }
    Ok(exit)
}

/// Refuses to judge the answers of a suite's run by right answers alone.
pub(super) fn not_regraded(path: &Path) -> Result<(), Failure> {
    let (manifest, _) = folder::read(path)?;
    if manifest.settings.contains_key("suite") {
        let message = format!(
            "this run is of a suite, and its report judges the answers anew each time: `ponder eval report {}`",
            path.display()
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(())
}
