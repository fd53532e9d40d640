//! A plot of bars as SVG: no library, no fonts of its own. Text is text.
//!
//! In a page, where it stands inline, it has the page's colour. As a file of its own it has a background, light or dark as the reader likes it.

use std::fmt::Write;

use crate::{
    goal::Bound,
    number::{Spread, show},
};

/// What is drawn. Bars begin at zero, so that their lengths can be compared.
pub(crate) struct Plot {
    /// Names its elements, because several plots can stand in a page.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What the length of a bar is.
    pub(crate) unit: &'static str,
    pub(crate) bars: Vec<Bar>,
}

pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) spread: Spread,
    pub(crate) is_ours: bool,
    pub(crate) goal: Option<Bound>,
}

const WIDTH: f64 = 480.0;
const EDGE: f64 = 12.0;
const SPAN: f64 = WIDTH - 2.0 * EDGE;

const LINE: f64 = 19.0;
const THICK: f64 = 14.0;
const GAP: f64 = 11.0;

/// A character is hardly ever wider than this, in the fonts that a browser takes for `sans-serif` at 14 pixels.
const CHARACTER: f64 = 8.4;

/// The same of the axis, at 12 pixels.
const SMALL: f64 = 7.2;

/// `svg:root` is the file of its own: in a page the root is `html`.
const STYLE: &str = "\
.figure{font:14px/1.3 system-ui,sans-serif;max-width:40rem;width:100%;height:auto}\
.figure text{fill:currentColor}\
.figure .title{font-weight:600}\
.figure .number{text-anchor:end;font-variant-numeric:tabular-nums}\
.figure .tick{text-anchor:middle;font-size:12px;opacity:.8}\
.figure .ours{fill:#3f88c5}\
.figure .peer{fill:#8b8f98}\
.figure line{stroke:currentColor}\
.figure .grid{opacity:.18}\
.figure .goal{stroke-width:2;stroke-dasharray:4 3}\
svg:root{color:#222;background:#fff}\
@media(prefers-color-scheme:dark){svg:root{color:#ddd;background:#161923}}";

impl Plot {
    /// The plot as a file. It has no empty line, because that would end it where it stands inline in Markdown.
    pub(crate) fn svg(&self) -> String {
        let scale = Scale::to(self.bars.iter().map(Bar::end).fold(0.0, f64::max));
        let common = self.common_goal();
        let mut body = String::new();
        let mut top = EDGE;
        for (class, words) in [("title", self.title), ("", &self.subtitle(common))] {
            for piece in pieces(words, characters(SPAN)) {
                top += LINE;
                text(&mut body, class, EDGE, top - 5.0, piece);
            }
        }
        top += GAP;
        let begin = top;
        for bar in &self.bars {
            top = bar.draw(&mut body, top, &scale, common.is_none());
        }
        let axis = top;
        let mut grid = String::new();
        for tick in scale.ticks() {
            let x = scale.place(tick);
            line(&mut grid, "grid", [x, x], [begin, axis]);
            // The outermost would hang over the edge.
            let number = show(tick);
            let edge = half(&number);
            let inside = x.clamp(edge, WIDTH - edge);
            text(&mut grid, "tick", inside, axis + 16.0, &number);
        }
        let (name, title, height) = (self.name, escaped(self.title), axis + 16.0 + EDGE);
        let said = escaped(&self.said());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-labelledby=\"{name}-title {name}-desc\">\n\
             <title id=\"{name}-title\">{title}</title>\n<desc id=\"{name}-desc\">{said}</desc>\n<style>{STYLE}</style>\n{grid}{body}</svg>\n"
        )
    }

    /// The goal of all bars of ours, if each has the same.
    fn common_goal(&self) -> Option<Bound> {
        let mut goals = self
            .bars
            .iter()
            .filter(|bar| bar.is_ours)
            .map(|bar| bar.goal);
        let first = goals.next()??;
        goals.all(|goal| goal == Some(first)).then_some(first)
    }

    fn subtitle(&self, common: Option<Bound>) -> String {
        match common {
            Some(goal) => format!("{}; dashed: the goal, {}", self.unit, goal.words()),
            None if self.bars.iter().any(|bar| bar.goal.is_some()) => {
                format!("{}; dashed: the goals", self.unit)
            }
            None => self.unit.to_owned(),
        }
    }

    /// The whole plot in words.
    fn said(&self) -> String {
        let mut said = format!("Bars, {}.", self.unit);
        for bar in &self.bars {
            write!(said, " {}: {}", bar.label, bar.spread.show()).expect("a string takes all");
            if let Some(goal) = bar.goal {
                write!(said, ", the goal is {}", goal.words()).expect("a string takes all");
            }
            said.push('.');
        }
        said
    }
}

impl Bar {
    /// How far right it reaches, with its whisker and its goal.
    fn end(&self) -> f64 {
        self.spread
            .greatest
            .max(self.goal.map_or(0.0, Bound::number))
    }

    /// Its label and its number over the bar itself. Returns where the next one begins.
    fn draw(&self, to: &mut String, top: f64, scale: &Scale, tells_goal: bool) -> f64 {
        let number = self.spread.show();
        let label = match self.goal {
            Some(goal) if tells_goal => format!("{} (goal: {})", self.label, goal.words()),
            _ => self.label.clone(),
        };
        let room = characters(SPAN)
            .saturating_sub(number.chars().count() + 2)
            .max(1);
        let mut bottom = top;
        for piece in pieces(&label, room) {
            bottom += LINE;
            text(to, "", EDGE, bottom - 5.0, piece);
        }
        text(to, "number", WIDTH - EDGE, bottom - 5.0, &number);
        let class = if self.is_ours { "ours" } else { "peer" };
        let length = scale.place(self.spread.median) - EDGE;
        writeln!(
            to,
            "<rect class=\"{class}\" x=\"{EDGE}\" y=\"{bottom}\" width=\"{length:.1}\" height=\"{THICK}\"/>"
        )
        .expect("a string takes all");
        if self.spread.least < self.spread.greatest {
            let (least, greatest) = (
                scale.place(self.spread.least),
                scale.place(self.spread.greatest),
            );
            let middle = bottom + THICK / 2.0;
            line(to, "whisker", [least, greatest], [middle, middle]);
            for end in [least, greatest] {
                line(to, "whisker", [end, end], [middle - 4.0, middle + 4.0]);
            }
        }
        if let Some(goal) = self.goal {
            let x = scale.place(goal.number());
            line(to, "goal", [x, x], [bottom - 3.0, bottom + THICK + 3.0]);
        }
        bottom + THICK + GAP
    }
}

/// From zero to a round number.
struct Scale {
    step: f64,
    steps: f64,
}

impl Scale {
    /// At most five steps of 1, 2 or 5, times a power of ten, up to this number at least.
    fn to(greatest: f64) -> Self {
        if greatest <= 0.0 {
            return Self {
                step: 1.0,
                steps: 1.0,
            };
        }
        let rough = greatest / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let wide = |factor: &f64| factor * power * 5.0 >= greatest;
        let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(wide).unwrap_or(20.0);
        let step = factor * power;
        Self {
            step,
            // A hair less, because a quotient can be a hair too great.
            steps: (greatest / step - 1e-9).ceil().max(1.0),
        }
    }

    /// Where a number stands. What is less than nothing stands at zero.
    fn place(&self, number: f64) -> f64 {
        EDGE + SPAN * (number / (self.step * self.steps)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let step = self.step;
        std::iter::successors(Some(0.0), |tick| Some(tick + 1.0))
            .take_while(|tick| *tick <= self.steps)
            .map(move |tick| tick * step)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width is a small positive number"
)]
fn characters(width: f64) -> usize {
    (width / CHARACTER) as usize
}

/// Half the width of a number of the axis.
#[expect(clippy::cast_precision_loss, reason = "it has a few digits")]
fn half(number: &str) -> f64 {
    number.len() as f64 * SMALL / 2.0
}

/// The lines of a label: broken between words, and in a word that is longer than a line.
fn pieces(label: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = label;
    while rest.chars().count() > room {
        let end = rest
            .char_indices()
            .nth(room)
            .map_or(rest.len(), |(at, _)| at);
        let between = if rest[end..].starts_with(' ') {
            Some(end)
        } else {
            rest[..end].rfind(' ')
        };
        let end = between.filter(|at| *at > 0).unwrap_or(end);
        pieces.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

fn text(to: &mut String, class: &str, x: f64, y: f64, words: &str) {
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    writeln!(
        to,
        "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
        escaped(words)
    )
    .expect("a string takes all");
}

fn line(to: &mut String, class: &str, [x1, x2]: [f64; 2], [y1, y2]: [f64; 2]) {
    writeln!(
        to,
        "<line class=\"{class}\" x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{y1:.1}\" y2=\"{y2:.1}\"/>"
    )
    .expect("a string takes all");
}

/// As text of XML. A line's end would be a gap at least, and two of them would end the plot.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML has no way to write most of them.
            control if control.is_control() => escaped.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
