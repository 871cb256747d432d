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
    /// Whether it is a floor, which is drawn in grey.
    pub is_floor: bool,
}

const SIZE: (u32, u32) = (860, 520);
const GREY: RGBColor = RGBColor(120, 120, 120);
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(150, 110, 0),
    RGBColor(86, 180, 233),
    RGBColor(120, 60, 160),
    RGBColor(60, 60, 60),
];

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
        let (left, right) = area.split_horizontally(620);
        let mut chart = ChartBuilder::on(&left)
            .caption(title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(70)
            .build_cartesian_2d(xs.log_scale(), ys.log_scale())
            .map_err(wrong)?;
        chart
            .configure_mesh()
            .x_desc(x)
            .y_desc(y)
            .light_line_style(WHITE)
            .x_label_formatter(&|value| thousands(*value))
            .y_label_formatter(&|value| plain(*value))
            .draw()
            .map_err(wrong)?;
        for (number, line) in lines.iter().enumerate() {
            let colour = colour(number, line.is_floor);
            let style = colour.stroke_width(if line.is_floor { 3 } else { 2 });
            chart.draw_series(LineSeries::new(line.points.clone(), style)).map_err(wrong)?;
            let dots = line.points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
            chart.draw_series(dots).map_err(wrong)?;
        }
        legend(&right, lines)?;
        area.present().map_err(wrong)?;
    }
    Ok(text)
}

/// Names beside the lines, from the slowest at the right end to the fastest.
fn legend<D: DrawingBackend>(
    area: &DrawingArea<D, plotters::coord::Shift>,
    lines: &[Line],
) -> Result<()>
where
    D::ErrorType: 'static,
{
    let mut order: Vec<(usize, &Line)> = lines.iter().enumerate().collect();
    let last = |line: &Line| line.points.last().map_or(0.0, |point| point.1);
    order.sort_by(|a, b| last(b.1).total_cmp(&last(a.1)));
    for (row, (number, line)) in (0i32..).zip(order) {
        let y = 52 + 20 * row;
        let style = colour(number, line.is_floor).stroke_width(3);
        area.draw(&PathElement::new([(4, y), (26, y)], style)).map_err(wrong)?;
        let font = ("sans-serif", 14).into_font().color(&BLACK);
        area.draw(&Text::new(line.name.clone(), (32, y - 6), font)).map_err(wrong)?;
    }
    Ok(())
}

/// Bars from left to right, over an axis in powers of ten, each with its name and value at its left.
///
/// # Errors
/// The drawing fails.
pub fn bars(title: &str, groups: &[(String, Vec<(String, f64)>)]) -> Result<String> {
    let values = || groups.iter().flat_map(|(_, bars)| bars.iter().map(|bar| bar.1));
    let low = values().fold(f64::INFINITY, f64::min) / 2.0;
    let high = values().fold(0.0, f64::max);
    anyhow::ensure!(low.is_finite() && low > 0.0, "nothing to draw");
    let rows: usize = groups.iter().map(|(_, bars)| bars.len() + 2).sum();
    let height = u32::try_from(60 + 20 * rows)?;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (SIZE.0, height)).into_drawing_area();
        area.fill(&WHITE).map_err(wrong)?;
        let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
        area.draw(&Text::new(title.to_owned(), (12, 10), font(20))).map_err(wrong)?;
        let mut y = 44;
        for (group, bars) in groups {
            area.draw(&Text::new(group.clone(), (12, y), font(16))).map_err(wrong)?;
            y += 22;
            for (number, (name, value)) in bars.iter().enumerate() {
                let length = (value / low).ln() / (high / low).ln() * 440.0;
                let bar = [(300, y), (300 + length as i32, y + 14)];
                area.draw(&Rectangle::new(bar, colour(number, false).filled())).map_err(wrong)?;
                area.draw(&Text::new(name.clone(), (24, y + 1), font(14))).map_err(wrong)?;
                let at = (306 + length as i32, y + 1);
                let value = std::time::Duration::from_secs_f64(*value / 1000.0);
                let shown = crate::section::shown(value);
                area.draw(&Text::new(shown, at, font(13))).map_err(wrong)?;
                y += 20;
            }
            y += 14;
        }
        area.present().map_err(wrong)?;
    }
    Ok(text)
}

fn colour(number: usize, is_floor: bool) -> RGBColor {
    if is_floor { GREY } else { COLOURS[number % COLOURS.len()] }
}

fn thousands(value: f64) -> String {
    crate::section::count(value.round() as usize)
}

fn plain(value: f64) -> String {
    if value >= 1.0 { format!("{value:.0}") } else { format!("{value}") }
}

fn wrong(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_names_its_lines_and_axes() {
        let line = |name: &str, is_floor| Line {
            name: name.into(),
            points: vec![(1000.0, 1.5), (10_000.0, 12.0)],
            is_floor,
        };
        let text = lines("T", "files", "ms", &[line("floor", true), line("check", false)]).unwrap();
        for word in ["<svg", "files", "ms", "floor", "check", "10k"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(lines("T", "x", "y", &[]).is_err());
    }

    #[test]
    fn bars_show_their_values() {
        let groups = [("cold".to_owned(), vec![("a".to_owned(), 12.0), ("b".to_owned(), 1200.0)])];
        let text = bars("T", &groups).unwrap();
        assert!(text.contains("1200 ms") && text.contains("cold"), "{text}");
    }
}
