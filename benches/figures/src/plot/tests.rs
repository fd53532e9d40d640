use proptest::prelude::*;

use super::*;

fn bar(label: &str, spread: Spread, goal: Option<Bound>) -> Bar {
    Bar {
        label: label.to_owned(),
        spread,
        is_ours: true,
        goal,
    }
}

fn plot(bars: Vec<Bar>) -> Plot {
    Plot {
        name: "stack",
        title: "Six layers & \"their\" cost",
        unit: "ns",
        bars,
    }
}

fn spread(least: f64, median: f64, greatest: f64) -> Spread {
    Spread {
        least,
        median,
        greatest,
    }
}

/// The values of an attribute, in order.
fn attributes(svg: &str, name: &str) -> Vec<f64> {
    let mark = format!(" {name}=\"");
    let pieces = svg.split(&mark).skip(1);
    let values = pieces.map(|rest| rest.split('"').next().unwrap());
    values.map(|value| value.parse().unwrap()).collect()
}

/// The words of each text, and the place where it stands.
fn texts(svg: &str) -> Vec<(f64, bool, String)> {
    let pieces = svg.split("<text").skip(1);
    let text = |piece: &str| {
        let (head, rest) = piece.split_once('>').unwrap();
        let words = rest.split_once("</text>").unwrap().0;
        let words = words
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        (
            attributes(head, "x")[0],
            head.contains("class=\"number\""),
            words,
        )
    };
    pieces.map(text).collect()
}

/// What XML asks of a file like this: elements that end in the order in which they began, and no bare `<` or `&`.
fn is_well_formed(svg: &str) -> bool {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let Some((tag, words)) = piece.split_once('>') else {
            return false;
        };
        if words.contains('>') || tag.matches('"').count() % 2 != 0 {
            return false;
        }
        let entities = ["amp;", "lt;", "gt;", "quot;"];
        let is_entity = |after: &str| entities.iter().any(|entity| after.starts_with(entity));
        if !piece.split('&').skip(1).all(is_entity) {
            return false;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    open.is_empty()
}

#[test]
fn a_bar_is_as_long_as_its_number_and_its_goal_and_whiskers_stand_where_they_belong() {
    let bars = vec![
        bar("ours", spread(4.0, 5.0, 8.0), Some(Bound::AtMost(2.0))),
        bar("theirs", Spread::one(10.0), None),
    ];
    let svg = plot(bars).svg();
    let widths: Vec<f64> = attributes(&svg, "width");
    assert_eq!(widths, [SPAN / 2.0, SPAN]);
    let place = |number: f64| format!("x1=\"{:.1}\"", EDGE + SPAN * number / 10.0);
    assert!(
        svg.contains(&format!("class=\"goal\" {}", place(2.0))),
        "{svg}"
    );
    assert!(
        svg.contains(&format!("class=\"whisker\" {}", place(4.0))),
        "{svg}"
    );
    assert!(
        svg.contains(&format!("class=\"whisker\" {}", place(8.0))),
        "{svg}"
    );
    assert_eq!(svg.matches("class=\"whisker\"").count(), 3);
}

#[test]
fn a_goal_that_all_share_is_told_once_and_others_with_their_bars() {
    let one = plot(vec![
        bar("a", Spread::one(1.0), Some(Bound::AtMost(0.4))),
        bar("b", Spread::one(1.0), Some(Bound::AtMost(0.4))),
    ]);
    let words = |plot: &Plot| -> Vec<String> {
        texts(&plot.svg())
            .into_iter()
            .map(|(_, _, words)| words)
            .collect()
    };
    assert!(words(&one).contains(&"ns; dashed: the goal, at most 0.4".to_owned()));
    assert!(words(&one).contains(&"a".to_owned()));
    let two = plot(vec![
        bar("a", Spread::one(1.0), Some(Bound::AtMost(0.4))),
        bar("b", Spread::one(1.0), Some(Bound::AtLeast(3.0))),
    ]);
    assert!(words(&two).contains(&"a (goal: at most 0.4)".to_owned()));
    assert!(words(&two).contains(&"b (goal: at least 3)".to_owned()));
    assert!(words(&plot(vec![bar("a", Spread::one(1.0), None)])).contains(&"ns".to_owned()));
}

#[test]
fn nothing_and_less_than_nothing_have_no_length() {
    let svg = plot(vec![
        bar("none", Spread::one(0.0), None),
        bar("less", Spread::one(-3.0), None),
    ])
    .svg();
    assert_eq!(attributes(&svg, "width"), [0.0, 0.0]);
    assert!(!svg.contains("NaN"), "{svg}");
    assert!(texts(&svg).iter().any(|(_, _, words)| words == "-3"));
}

#[test]
fn the_words_of_a_plot_are_there_for_who_does_not_see_it() {
    let svg = plot(vec![bar(
        "a < b",
        spread(0.5, 0.6, 0.7),
        Some(Bound::AtMost(0.4)),
    )])
    .svg();
    assert!(
        svg.contains("<title id=\"stack-title\">Six layers &amp; &quot;their&quot; cost</title>")
    );
    assert!(svg.contains(
        "<desc id=\"stack-desc\">Bars, ns. a &lt; b: 0.6 (0.5 to 0.7), the goal is at most 0.4.</desc>"
    ));
    assert!(svg.contains("aria-labelledby=\"stack-title stack-desc\""));
}

#[test]
fn a_scale_ends_at_a_round_number_that_is_great_enough() {
    for (greatest, end, count) in [
        (0.0, 1.0, 2),
        (0.81, 1.0, 6),
        (1.0, 1.0, 6),
        (1.01, 1.5, 4),
        (2.1, 2.5, 6),
        (3.0, 3.0, 4),
        (1_525_090.0, 2_000_000.0, 5),
    ] {
        let scale = Scale::to(greatest);
        let ticks: Vec<f64> = scale.ticks().collect();
        let last = ticks[ticks.len() - 1];
        assert!((last - end).abs() < 1e-6 * end, "{greatest}: {last}");
        assert_eq!(ticks.len(), count, "{greatest}");
    }
}

#[test]
fn the_outermost_number_of_the_axis_does_not_hang_over_the_edge() {
    let svg = plot(vec![bar("visits", Spread::one(1_525_090.0), None)]).svg();
    let ends = texts(&svg)
        .into_iter()
        .filter(|(_, _, words)| words == "2,000,000");
    let places: Vec<f64> = ends.map(|(x, _, _)| x).collect();
    assert_eq!(places.len(), 1);
    assert!(places[0] + 9.0 * SMALL / 2.0 <= WIDTH, "{}", places[0]);
}

#[test]
fn a_label_is_broken_between_words_and_in_a_word_that_is_too_long() {
    assert_eq!(pieces("", 5), [""]);
    assert_eq!(pieces("12345", 5), ["12345"]);
    assert_eq!(pieces("one two", 5), ["one", "two"]);
    assert_eq!(pieces("12345 6", 5), ["12345", "6"]);
    assert_eq!(pieces("1234567", 5), ["12345", "67"]);
    assert_eq!(
        pieces("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", 5),
        ["\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", "\u{e4}"]
    );
}

proptest! {
    #[test]
    fn any_plot_is_well_formed_inside_its_frame_and_one_block_of_markdown(
        bars in prop::collection::vec((".{0,120}", -1e3..1e7_f64, 0.0..1e4_f64, prop::option::of(0.0..1e4_f64)), 0..6),
    ) {
        let bars = bars.into_iter().map(|(label, median, more, goal)| {
            bar(&label, spread(median - more, median, median + more), goal.map(Bound::AtLeast))
        });
        let plot = Plot { unit: "of a < b", ..plot(bars.collect()) };
        let svg = plot.svg();
        prop_assert!(is_well_formed(&svg), "{}", svg);
        prop_assert!(!svg.contains("\n\n"));
        for name in ["x", "x1", "x2"] {
            for x in attributes(&svg, name) {
                prop_assert!((EDGE..=WIDTH - EDGE).contains(&x), "{} {}", name, x);
            }
        }
        let frame = svg.split("viewBox=\"0 0 480 ").nth(1).unwrap();
        let height: f64 = frame.split('"').next().unwrap().parse().unwrap();
        for name in ["y", "y1", "y2"] {
            for y in attributes(&svg, name) {
                prop_assert!((0.0..=height).contains(&y), "{} {}", name, y);
            }
        }
        for (x, is_number, words) in texts(&svg) {
            #[expect(clippy::cast_precision_loss, reason = "a text is short")]
            let width = words.chars().count() as f64 * CHARACTER;
            let (left, right) = if is_number { (x - width, x) } else { (x, x + width) };
            prop_assert!(is_number || right <= WIDTH || x > EDGE, "{}", words);
            prop_assert!(left >= 0.0, "{}", words);
        }
    }

    #[test]
    fn the_pieces_of_a_label_are_the_label(label in ".{0,80}", room in 1_usize..30) {
        let pieces = pieces(&label, room);
        for piece in &pieces {
            prop_assert!(piece.chars().count() <= room);
        }
        let without_spaces = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
        prop_assert_eq!(without_spaces(&pieces.concat()), without_spaces(&label));
    }
}
