//! Plots as SVG, inside the page.

use super::{html::escaped, percent};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 52.0;
/// Half of the last label.
const RIGHT: f64 = 30.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 34.0;

/// A curve of shares.
pub(super) struct Series<'name> {
    pub(super) name: &'name str,
    pub(super) points: Vec<(f64, f64)>,
}

/// A bar of a histogram.
pub(super) struct Bar {
    /// Up to what it counts.
    pub(super) label: String,
    pub(super) right: usize,
    pub(super) other: usize,
}

/// Curves over the same axis, which begins with the first label and ends with the last.
pub(super) fn curves(title: &str, series: &[Series<'_>], labels: &[(f64, String)]) -> String {
    let first = labels.first().map_or(0.0, |(x, _)| *x);
    let last = labels.last().map_or(1.0, |(x, _)| *x);
    let span = if last > first { last - first } else { 1.0 };
    let across = |x: f64| LEFT + (x - first) / span * (WIDTH - LEFT - RIGHT);
    let up = |share: f64| HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    let mut svg = opening(title);
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        svg += &grid_line(up(share), &percent(share).replace(".0 %", " %"));
    }
    for (x, label) in labels {
        svg += &x_label(across(*x), label);
    }
    for (number, series) in series.iter().enumerate() {
        let points: Vec<String> =
            series.points.iter().map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y))).collect();
        let style = number % 3;
        svg += &format!("<polyline class=\"curve s{style}\" points=\"{}\"/>\n", points.join(" "));
        let x = LEFT + 8.0 + 150.0 * number as f64;
        svg += &format!(
            "<line class=\"curve s{style}\" x1=\"{x}\" x2=\"{}\" y1=\"12\" y2=\"12\"/>\
             <text x=\"{}\" y=\"16\">{}</text>\n",
            x + 22.0,
            x + 28.0,
            escaped(series.name)
        );
    }
    svg + "</svg>\n"
}

/// A histogram: right answers below, others above them.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.right + bar.other).max().unwrap_or(0).max(1) as f64;
    let step = (WIDTH - LEFT - RIGHT) / bars.len().max(1) as f64;
    let tall = |count: usize| count as f64 / most * (HEIGHT - TOP - BOTTOM);
    let base = HEIGHT - BOTTOM;
    let mut svg = opening(title);
    svg += &grid_line(base, "0");
    svg += &grid_line(TOP, &format!("{most:.0}"));
    for (number, bar) in bars.iter().enumerate() {
        let x = LEFT + step * number as f64;
        let (right, other) = (tall(bar.right), tall(bar.other));
        let width = (step - 2.0).max(1.0);
        for (class, top, height) in
            [("right", base - right, right), ("other", base - right - other, other)]
        {
            if height > 0.0 {
                svg += &format!(
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
                     height=\"{height:.1}\"><title>up to {}: {} right, {} other</title></rect>\n",
                    escaped(&bar.label),
                    bar.right,
                    bar.other
                );
            }
        }
        // Every sixth label has room.
        if number % 6 == 5 || number + 1 == bars.len() {
            svg += &x_label(x + step, &bar.label);
        }
    }
    svg + "</svg>\n"
}

fn opening(title: &str) -> String {
    format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <title>{}</title>\n",
        escaped(title)
    )
}

fn grid_line(y: f64, label: &str) -> String {
    format!(
        "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
         <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
        WIDTH - RIGHT,
        LEFT - 6.0,
        y + 4.0,
        escaped(label)
    )
}

fn x_label(x: f64, label: &str) -> String {
    let x = x.min(WIDTH - RIGHT);
    format!(
        "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
        HEIGHT - BOTTOM + 18.0,
        escaped(label)
    )
}
