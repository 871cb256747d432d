//! Plots as SVG: lines over both axes in powers of ten, and bars.
//!
//! Written as text that can be compared, without fonts or images of its own; plotters does the drawing.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// A line of a plot.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Its points, from left to right, all above zero.
    pub points: Vec<(f64, f64)>,
    /// How much it stands out.
    pub kind: Kind,
}

/// Whose times a line or bar shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What no one can be faster than: grey and broad.
    Floor,
    /// What this repository makes: blue.
    Ours,
    /// Anyone else's.
    Other,
}

/// Bars below one heading: name, milliseconds, and whose they are.
#[derive(Clone, Debug)]
pub struct Group {
    /// The heading.
    pub name: String,
    /// The bars.
    pub bars: Vec<(String, f64, Kind)>,
}

const SIZE: (u32, u32) = (860, 520);
const GREY: RGBColor = RGBColor(120, 120, 120);
const BLUE: RGBColor = RGBColor(0, 100, 190);
const PALE: RGBColor = RGBColor(190, 190, 190);
const OTHERS: [RGBColor; 6] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 140, 100),
    RGBColor(190, 90, 150),
    RGBColor(150, 110, 0),
    RGBColor(120, 60, 160),
    RGBColor(170, 40, 40),
];
/// Where the lines end and their names begin.
const NAMES_AT: i32 = 640;
/// Between two names.
const NAME_HEIGHT: i32 = 16;

/// Lines over axes in powers of ten.
///
/// # Errors
/// The drawing fails.
pub fn lines(title: &str, x: &str, y: &str, lines: &[Line]) -> Result<String> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let range = |values: Vec<f64>| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        (low.is_finite() && high > 0.0).then_some((low / 1.4)..(high * 1.4))
    };
    let nothing = || anyhow!("nothing to draw");
    let xs = range(points().map(|point| point.0).collect()).ok_or_else(nothing)?;
    let ys = range(points().map(|point| point.1).collect()).ok_or_else(nothing)?;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(wrong)?;
        let (left, _) = area.split_horizontally(NAMES_AT - 16);
        let mut chart = ChartBuilder::on(&left)
            .caption(title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(48)
            .y_label_area_size(70)
            .build_cartesian_2d(xs.log_scale(), ys.log_scale())
            .map_err(wrong)?;
        chart
            .configure_mesh()
            .x_desc(x)
            .y_desc(y)
            .label_style(("sans-serif", 13))
            .light_line_style(WHITE)
            .x_label_formatter(&|value| crate::section::count(value.round() as usize))
            .y_label_formatter(&|value| {
                if *value < 1.0 { format!("{value}") } else { format!("{value:.0}") }
            })
            .draw()
            .map_err(wrong)?;
        let mut names = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let colour = colour(number, line.kind);
            let style = colour.stroke_width(if line.kind == Kind::Other { 1 } else { 3 });
            chart.draw_series(LineSeries::new(line.points.clone(), style)).map_err(wrong)?;
            let dots = line.points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
            chart.draw_series(dots).map_err(wrong)?;
            if let Some(last) = line.points.last() {
                names.push((chart.backend_coord(last), line.name.clone(), colour));
            }
        }
        draw_names(&area, names)?;
        area.present().map_err(wrong)?;
    }
    Ok(text)
}

/// The place of a line's end, its name and its colour.
type Name = ((i32, i32), String, RGBColor);

/// Names as near to the ends of their lines as there is room.
fn draw_names<D: DrawingBackend>(
    area: &DrawingArea<D, plotters::coord::Shift>,
    mut names: Vec<Name>,
) -> Result<()>
where
    D::ErrorType: 'static,
{
    names.sort_by_key(|((_, y), ..)| *y);
    // From below, so that what is pushed has room above, where times are long and few.
    let mut below = SIZE.1.cast_signed() - NAME_HEIGHT;
    for ((x, y), name, colour) in names.into_iter().rev() {
        let at = y.min(below);
        below = at - NAME_HEIGHT;
        let leader = PathElement::new([(x + 4, y), (NAMES_AT - 4, at)], PALE.stroke_width(1));
        area.draw(&leader).map_err(wrong)?;
        let font = ("sans-serif", 13).into_font().color(&colour);
        area.draw(&Text::new(name, (NAMES_AT, at - 6), font)).map_err(wrong)?;
    }
    Ok(())
}

/// Bars over an axis in powers of ten, each with its name before it and its value behind.
///
/// # Errors
/// The drawing fails.
pub fn bars(title: &str, groups: &[Group]) -> Result<String> {
    let values = || groups.iter().flat_map(|group| group.bars.iter().map(|bar| bar.1));
    let low = values().fold(f64::INFINITY, f64::min) / 2.0;
    let high = values().fold(0.0, f64::max);
    anyhow::ensure!(low.is_finite() && low > 0.0, "nothing to draw");
    let rows: usize = groups.iter().map(|group| group.bars.len()).sum();
    let height = u32::try_from(50 + 20 * rows + 36 * groups.len())?;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (SIZE.0, height)).into_drawing_area();
        area.fill(&WHITE).map_err(wrong)?;
        let write = |text: &str, at: (i32, i32), size: i32| {
            let font = ("sans-serif", size).into_font().color(&BLACK);
            area.draw(&Text::new(text.to_owned(), at, font)).map_err(wrong)
        };
        write(title, (12, 10), 20)?;
        let mut y = 44;
        for group in groups {
            write(&group.name, (12, y), 16)?;
            y += 22;
            for (name, value, kind) in &group.bars {
                let length = ((value / low).ln() / (high / low).ln() * 440.0) as i32;
                let colour = if *kind == Kind::Ours { BLUE } else { PALE };
                let bar = Rectangle::new([(220, y), (220 + length, y + 14)], colour.filled());
                area.draw(&bar).map_err(wrong)?;
                write(name, (24, y + 1), 14)?;
                let time = std::time::Duration::from_secs_f64(*value / 1000.0);
                write(&crate::section::shown(time), (228 + length, y + 1), 13)?;
                y += 20;
            }
            y += 14;
        }
        area.present().map_err(wrong)?;
    }
    Ok(text)
}

fn colour(number: usize, kind: Kind) -> RGBColor {
    match kind {
        Kind::Floor => GREY,
        Kind::Ours => BLUE,
        Kind::Other => OTHERS[number % OTHERS.len()],
    }
}

fn wrong(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_names_its_lines_and_axes() {
        let points = vec![(1000.0, 1.5), (10_000.0, 12.0)];
        let line = |name: &str, kind| Line { name: name.into(), points: points.clone(), kind };
        let both = [line("floor", Kind::Floor), line("check", Kind::Ours)];
        let text = lines("T", "files", "ms", &both).unwrap();
        for word in ["<svg", "files", "ms", "floor", "check", "10k"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(lines("T", "x", "y", &[]).is_err());
    }

    #[test]
    fn bars_show_their_values() {
        let bars = vec![("a".into(), 12.0, Kind::Ours), ("b".into(), 1200.0, Kind::Other)];
        let text = super::bars("T", &[Group { name: "cold".into(), bars }]).unwrap();
        assert!(text.contains("1200 ms") && text.contains("cold"), "{text}");
    }
}
