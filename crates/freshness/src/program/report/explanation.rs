//! How an explanation is printed: what differs, package by package, with who sees it; then what a build would
//! do about it, and what each strategy says.

use std::io::{self, Write};
use std::path::Path;

use super::{Palette, Report, seen, shown_reason, shown_why};
use crate::{Content, Culprit, Differences, Explanation, Group, PathStory, Sight, Standing};

/// How many culprits of one group are shown before the rest is counted.
const SHOWN_OF_GROUP: usize = 5;

/// How many groups are shown before the rest is counted.
const GROUPS_SHOWN: usize = 10;

/// What `explain` found.
pub(in super::super) struct Explained {
    pub(in super::super) explanation: Explanation,
    /// What a single path means, where that was asked.
    pub(in super::super) story: Option<PathStory>,
}

impl Report<'_> {
    /// Prints what is below the verdict.
    pub(super) fn explained(&self, out: &mut impl Write, found: &Explained) -> io::Result<()> {
        let Explained { explanation, story } = found;
        let palette = self.palette();
        let Palette { good, bad, strong, .. } = palette;
        if let Some(story) = story {
            return print_story(out, story, explanation, palette);
        }
        print_culprits(out, explanation, self.command.options.asked.all, palette)?;
        let forecast = explanation.forecast();
        if forecast.starts_cargo {
            let nothing = forecast.steps.is_empty();
            writeln!(
                out,
                "a build would start cargo{}",
                if nothing { ": nothing to compile" } else { " to" }
            )?;
        }
        for line in forecast.lines() {
            writeln!(out, "  {line}")?;
        }
        for (name, outcome) in &explanation.strategies {
            let count = outcome.verdict.reasons.len();
            match count {
                0 => writeln!(out, "{name}: {good}fresh{good:#}")?,
                1 => writeln!(out, "{name}: {bad}stale{bad:#}, 1 reason")?,
                n => writeln!(out, "{name}: {bad}stale{bad:#}, {n} reasons")?,
            }
        }
        if self.command.options.asked.inputs {
            for input in &explanation.differences.inputs {
                writeln!(
                    out,
                    "{strong}{}{strong:#}: {}",
                    input.path,
                    shown_why(&input.why).join(", ")
                )?;
            }
        }
        Ok(())
    }
}

fn print_culprits(
    out: &mut impl Write,
    explanation: &Explanation,
    all: bool,
    palette: Palette,
) -> io::Result<()> {
    let strong = palette.strong;
    let Differences { culprits, root, .. } = &explanation.differences;
    if let (false, Some(what)) = (culprits.is_empty(), what_they_are(explanation)) {
        writeln!(out, "{what}")?;
    }
    let groups: Vec<&[Culprit]> = culprits.chunk_by(|a, b| a.group == b.group).collect();
    let shown = if all { groups.len() } else { GROUPS_SHOWN };
    for group in groups.iter().take(shown) {
        let count = group.len();
        let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
        writeln!(out, "{strong}{}{strong:#}: {changes}", title(&group[0].group))?;
        let shown = if all { count } else { SHOWN_OF_GROUP };
        group
            .iter()
            .take(shown)
            .try_for_each(|culprit| print_culprit(out, culprit, root, palette))?;
        if let Some(more) = count.checked_sub(shown).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more: see --all")?;
        }
    }
    if let Some(more) = groups.len().checked_sub(shown).filter(|more| *more > 0) {
        let changes: usize = groups[shown..].iter().map(|group| group.len()).sum();
        writeln!(out, "and {changes} changes of {more} more packages: see --all")?;
    }
    Ok(())
}

/// What culprits are where the answer is fresh in spite of them.
pub(super) fn what_they_are(explanation: &Explanation) -> Option<String> {
    let Explanation { outcome, differences, .. } = explanation;
    let serving = outcome.generation.filter(|_| outcome.verdict.is_fresh())?;
    match differences.newest {
        Some(newest) if newest != serving => Some(format!(
            "generation {serving} fits; the newest, {newest}, was built from something else:"
        )),
        _ => Some("seen by other strategies, and no reason for this one:".into()),
    }
}

/// What a group of culprits is called.
pub(super) fn title(group: &Group) -> String {
    match group {
        Group::Build => "the whole build".into(),
        Group::Package(name) => format!("package {}", crate::Escaped::text(name)),
        Group::ExtraInputs => "extra inputs".into(),
        Group::Archives => "published archives".into(),
    }
}

fn print_culprit(
    out: &mut impl Write,
    culprit: &Culprit,
    root: &Path,
    palette: Palette,
) -> io::Result<()> {
    let faint = palette.faint;
    writeln!(out, "  {}", shown_reason(&culprit.reason, root, palette))?;
    let differences = seen::differences(culprit);
    if !differences.is_empty() {
        writeln!(out, "    {faint}{}{faint:#}", differences.join("; "))?;
    }
    writeln!(out, "    {faint}{}{faint:#}", sights(culprit))
}

/// Who sees a culprit, who knows better, and who misses it.
pub(super) fn sights(culprit: &Culprit) -> String {
    let named = |sight| culprit.seen(sight).collect::<Vec<_>>().join(", ");
    let [seen, same, missed] = [Sight::Counts, Sight::Passes, Sight::Misses].map(named);
    let is_every = culprit.sights.len() > 1 && same.is_empty() && missed.is_empty();
    let mut words = match (is_every, seen.is_empty()) {
        (true, _) => vec!["seen by every strategy".to_owned()],
        (_, false) => vec![format!("seen by {seen}")],
        (_, true) => Vec::new(),
    };
    if !same.is_empty() {
        words.push(format!("passed by {same}, since it holds what it held"));
    }
    if !missed.is_empty() {
        words.push(format!("missed by {missed}"));
    }
    words.join("; ")
}

/// Whether a culprit makes the answer stale, in words.
pub(super) fn effect(story: &PathStory, explanation: &Explanation) -> String {
    let is_reason =
        explanation.outcome.verdict.reasons.iter().any(|r| r.input() == Some(&story.path));
    match (&story.standing, &story.culprit) {
        (Standing::Ignored { .. }, _) => "it makes nothing stale".into(),
        (_, None) => "it is as it was at the newest build".into(),
        (_, Some(culprit)) if is_reason => {
            format!("it makes the answer stale: {}", culprit.reason.detail())
        }
        (_, Some(culprit)) if culprit.content == Content::Same => {
            format!(
                "it does not make the answer stale, holding what it held: {}",
                culprit.reason.detail()
            )
        }
        (_, Some(culprit)) => {
            format!(
                "it does not make the answer stale, though it differs: {}",
                culprit.reason.detail()
            )
        }
    }
}

fn print_story(
    out: &mut impl Write,
    story: &PathStory,
    explanation: &Explanation,
    Palette { strong, faint, .. }: Palette,
) -> io::Result<()> {
    match &story.standing {
        Standing::Input { rules } => {
            writeln!(out, "{strong}{}{strong:#} is an input", story.path)?;
            rules.iter().try_for_each(|rule| writeln!(out, "  by {rule}"))?;
        }
        Standing::Ignored { because } => {
            writeln!(out, "{strong}{}{strong:#} is no input: {because}", story.path)?
        }
    }
    if let Some(was) = &story.was {
        writeln!(out, "  was {}", seen::shown(was))?;
    }
    writeln!(out, "  is {}", seen::shown(&story.is))?;
    writeln!(out, "  {}", effect(story, explanation))?;
    match &story.culprit {
        Some(culprit) => writeln!(out, "  {faint}{}{faint:#}", sights(culprit)),
        None => Ok(()),
    }
}
