//! An explanation as a page: one file that needs no other, readable without its script but for the tree of
//! inputs.
//!
//! Whoever can name a file can put text into this page. So names are escaped as everywhere, then once more for
//! HTML ([`Html`]), and the script gets its data as JSON in which nothing can end an element; the page itself
//! forbids everything that it does not hold.

mod data;

use std::fmt::{self, Display, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use super::super::cli::Format;
use super::super::whole_file;
use super::explanation::{Explained, sights, title, what_they_are};
use super::seen;
use super::store::Bytes;
use super::{Report, json_explanation, shown_path, trouble};
use crate::{Change, Culprit, Escaped, Explanation, Reason, Sight, StrategyName};
use data::Data;

/// How many changes of one package are told outside of the tree.
const SHOWN_OF_GROUP: usize = 20;

/// How many packages.
const GROUPS_SHOWN: usize = 50;

/// What a page may load: nothing. What it may do: what stands in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

impl Report<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// The exit status of what was said of not being able to.
    pub(super) fn write_page(
        &self,
        found: &Explained,
        strategy: StrategyName,
        file: &Path,
    ) -> Result<(), ExitCode> {
        let page = self.page(&found.explanation, strategy);
        let written = page.and_then(|page| Ok(whole_file::write(file, page.as_bytes())?));
        let shown = Escaped::path(file).to_string();
        written.map_err(|error| {
            let json = self.command.options.format == Format::Json;
            let message = format!("failed to write the page {shown}: {error}");
            let hint = "name a file, new or not, in a directory that can be written";
            trouble(self.notes, json, "html", &message, Some(shown.clone()), hint)
        })?;
        self.notes.note(&format!("wrote {shown}"));
        Ok(())
    }

    fn page(
        &self,
        explanation: &Explanation,
        strategy: StrategyName,
    ) -> Result<String, Box<dyn std::error::Error>> {
        let mut page = String::new();
        let profile = Escaped::text(&self.command.options.profile).to_string();
        let verdict = explanation.outcome.verdict.word();
        write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{verdict}: {}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
            Html(&profile),
            include_str!("page.css"),
        )?;
        self.head(&mut page, explanation, strategy, &profile)?;
        page.push_str("<main>\n");
        culprits(&mut page, explanation)?;
        forecast(&mut page, explanation)?;
        opinions(&mut page, explanation)?;
        archives(&mut page, explanation)?;
        inputs(&mut page, explanation)?;
        page.push_str("</main>\n");
        self.foot(&mut page, explanation)?;
        let script = include_str!("page.js");
        write!(page, "<script>\n{script}</script>\n</body>\n</html>\n")?;
        Ok(page)
    }

    fn head(
        &self,
        page: &mut String,
        explanation: &Explanation,
        strategy: StrategyName,
        profile: &str,
    ) -> fmt::Result {
        let outcome = &explanation.outcome;
        let word = outcome.verdict.word();
        let style = if outcome.verdict.is_fresh() { "good" } else { "bad" };
        let what = match (outcome.verdict.reasons.len(), outcome.generation) {
            (0, Some(generation)) => format!("generation {generation} serves"),
            (0, None) => "nothing to do".into(),
            (1, _) => "1 reason to build".into(),
            (n, _) => format!("{n} reasons to build"),
        };
        writeln!(
            page,
            "<header>\n<h1><span class=\"pill {style}\">{word}</span> profile {}</h1>\n\
             <p class=\"faint\">by <code>{}</code>: {what}</p>\n</header>",
            Html(profile),
            strategy.word(),
        )
    }

    fn foot(&self, page: &mut String, explanation: &Explanation) -> fmt::Result {
        let root = Escaped::path(&explanation.differences.root).to_string();
        let now = humantime::format_rfc3339_seconds(SystemTime::now());
        writeln!(
            page,
            "<footer>\n<p>Paths are relative to <code>{}</code>.</p>\n\
             <p>Slot <code>{}</code>. Explained at {now} by freshness {}, in {:.1} ms; no process was \
             started.</p>\n</footer>",
            Html(&root),
            Html(explanation.outcome.key.as_str()),
            env!("CARGO_PKG_VERSION"),
            self.milliseconds(),
        )
    }
}

fn culprits(page: &mut String, explanation: &Explanation) -> fmt::Result {
    let culprits = &explanation.differences.culprits;
    page.push_str("<section id=\"why\">\n<h2>What differs</h2>\n");
    if culprits.is_empty() {
        page.push_str("<p>Nothing: everything is as it was at the newest build.</p>\n");
    } else if let Some(what) = what_they_are(explanation) {
        writeln!(page, "<p>{}</p>", Html(&what))?;
    }
    let groups: Vec<&[Culprit]> = culprits.chunk_by(|a, b| a.group == b.group).collect();
    for group in groups.iter().take(GROUPS_SHOWN) {
        let changes = if group.len() == 1 { "change" } else { "changes" };
        writeln!(
            page,
            "<details class=\"group\" open>\n<summary>{} \
             <span class=\"faint\">{} {changes}</span></summary>",
            Html(&title(&group[0].group)),
            Grouped(group.len() as u64)
        )?;
        for culprit in group.iter().take(SHOWN_OF_GROUP) {
            change(page, culprit, &explanation.differences.root)?;
        }
        if let Some(more) = group.len().checked_sub(SHOWN_OF_GROUP).filter(|more| *more > 0) {
            writeln!(page, "<p class=\"change faint\">and {more} more: see the inputs below</p>")?;
        }
        page.push_str("</details>\n");
    }
    if let Some(more) = groups.len().checked_sub(GROUPS_SHOWN).filter(|more| *more > 0) {
        writeln!(page, "<p class=\"faint\">and {more} more packages: see the inputs below</p>")?;
    }
    page.push_str("</section>\n");
    Ok(())
}

fn change(page: &mut String, culprit: &Culprit, root: &Path) -> fmt::Result {
    let reason = &culprit.reason;
    let path = shown_path(reason, root).unwrap_or_default();
    // The line below says when, as people read times.
    let what = match reason {
        Reason::InputChanged { change: Change::Mtime { .. }, .. } => "only its time differs".into(),
        _ => reason.detail(),
    };
    writeln!(
        page,
        "<div class=\"change\">\n<p><span class=\"badge warn\">{}</span> <span class=\"path\">{}</span></p>\n\
         <p>{}</p>",
        reason.code(),
        Html(&path),
        Html(&what)
    )?;
    let differences = seen::differences(culprit).join("; ");
    if !differences.is_empty() {
        writeln!(page, "<p class=\"faint\">{}</p>", Html(&differences))?;
    }
    writeln!(page, "<p class=\"chips\" title=\"{}\">", Html(&sights(culprit)))?;
    for (name, sight) in &culprit.sights {
        let (style, word) = match sight {
            Sight::Counts => ("good", "sees it"),
            Sight::Passes => ("plain", "passes it"),
            Sight::Misses => ("bad", "misses it"),
        };
        writeln!(page, "<span class=\"badge {style}\">{} {word}</span>", Html(name))?;
    }
    page.push_str("</p>\n</div>\n");
    Ok(())
}

fn forecast(page: &mut String, explanation: &Explanation) -> fmt::Result {
    let forecast = explanation.forecast();
    page.push_str("<section id=\"build\">\n<h2>What a build would do</h2>\n");
    match (forecast.starts_cargo, forecast.steps.is_empty()) {
        (false, _) => page.push_str("<p>Hand out the archives, without starting cargo.</p>\n"),
        (true, true) => page.push_str("<p>Start cargo, which has nothing to compile.</p>\n"),
        (true, false) => {
            page.push_str("<p>Start cargo, to</p>\n<ul class=\"steps\">\n");
            for line in forecast.lines() {
                writeln!(page, "<li>{}</li>", Html(&line))?;
            }
            page.push_str("</ul>\n");
        }
    }
    page.push_str("</section>\n");
    Ok(())
}

fn opinions(page: &mut String, explanation: &Explanation) -> fmt::Result {
    page.push_str(
        "<section id=\"strategies\">\n<h2>What each strategy says, and what it takes</h2>\n\
         <div class=\"wide\">\n<table>\n<tr><th>strategy</th><th>says</th><th class=\"number\">reasons</th>\
         <th class=\"number\">inputs</th><th class=\"number\">stats</th>\
         <th class=\"number\">files read</th><th class=\"number\">bytes read</th>\
         <th class=\"number\">digests reused</th><th class=\"number\">ms</th></tr>\n",
    );
    let took = explanation.durations.iter();
    for ((name, outcome), took) in explanation.strategies.iter().zip(took) {
        let (word, work) = (outcome.verdict.word(), outcome.work);
        let style = if outcome.verdict.is_fresh() { "good" } else { "bad" };
        write!(
            page,
            "<tr><td><code>{}</code></td><td><span class=\"badge {style}\">{word}</span></td>",
            Html(name)
        )?;
        let reasons = outcome.verdict.reasons.len() as u64;
        for number in [
            reasons,
            work.inputs,
            work.stats,
            work.files_read,
            work.bytes_read,
            work.digests_reused,
        ] {
            write!(page, "<td class=\"number\">{}</td>", Grouped(number))?;
        }
        writeln!(page, "<td class=\"number\">{:.1}</td></tr>", took.as_secs_f64() * 1000.0)?;
    }
    page.push_str("</table>\n</div>\n</section>\n");
    Ok(())
}

fn archives(page: &mut String, explanation: &Explanation) -> fmt::Result {
    let archives = &explanation.outcome.archives;
    if archives.is_empty() {
        return Ok(());
    }
    page.push_str("<section id=\"archives\">\n<h2>Archives</h2>\n<ul class=\"steps\">\n");
    for archive in archives {
        let path = Escaped::path(&archive.path).to_string();
        let package = Escaped::text(&archive.package).to_string();
        writeln!(
            page,
            "<li>{} ({}, {}) <span class=\"path\">{}</span><br>\
             <span class=\"faint\">blake3 <code>{}</code></span></li>",
            Html(&package),
            Html(&archive.kind),
            Bytes(archive.bytes),
            Html(&path),
            json_explanation::hex(&archive.digest)
        )?;
    }
    page.push_str("</ul>\n</section>\n");
    Ok(())
}

fn inputs(page: &mut String, explanation: &Explanation) -> Result<(), Box<dyn std::error::Error>> {
    let data = Data::of(&explanation.differences);
    page.push_str("<section id=\"inputs\">\n<h2>Inputs</h2>\n");
    if data.is_empty() {
        page.push_str("<p>No build is on record that would tell what one reads.</p>\n");
    }
    let data = data.for_script()?;
    write!(
        page,
        "<noscript><p>The tree of inputs needs this page's script; <code>freshness explain --inputs</code> \
         lists them.</p></noscript>\n\
         <div id=\"tools\" class=\"tools\" hidden>\n\
         <input type=\"search\" id=\"search\" placeholder=\"part of a path\" \
         aria-label=\"Search the inputs by a part of their path\">\n\
         <label><input type=\"checkbox\" id=\"only\"> changes only</label>\n\
         <span id=\"count\" class=\"faint\" aria-live=\"polite\"></span>\n</div>\n\
         <div id=\"tree\" class=\"tree\"></div>\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n</section>\n"
    )?;
    Ok(())
}

/// A text in HTML, as the content of an element or of an attribute in double quotes.
struct Html<'a>(&'a str);

impl Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

/// A number with its digits in groups of three.
struct Grouped(u64);

impl Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        digits.char_indices().try_for_each(|(index, digit)| {
            let is_between = index > 0 && (digits.len() - index).is_multiple_of(3);
            f.write_str(if is_between { "," } else { "" })?;
            f.write_char(digit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let shown = [0, 12, 123, 1234, 133_340_195].map(|number| Grouped(number).to_string());
        assert_eq!(shown, ["0", "12", "123", "1,234", "133,340,195"]);
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = Html("<script>alert('x')</script>&\"").to_string();
        assert_eq!(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;");
    }
}
