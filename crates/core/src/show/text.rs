//! Text in a terminal's cells: how wide it is, how it is cut, padded and wrapped.
//!
//! In: any string. Out: strings of a known display width. A Chinese character takes two cells, a
//! combining mark none.
//!
//! Terminals disagree on emoji sequences and on text direction. [`visible`] takes out what they disagree
//! on, so that the sum of the characters' widths is what every terminal shows.

use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

/// The cells that a character takes.
fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The cells that a text takes: the sum over its characters.
pub fn width(text: &str) -> usize {
    match text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        true => text.len(),
        false => text.chars().map(char_width).sum(),
    }
}

/// A text on one line with nothing hidden in it: line ends as `⏎`, tabs as spaces, control characters
/// as their pictures, and invisible characters that spoil a comparison, or turn the line around, by
/// number (`\u202E`). Marks that only pick a glyph are left out, since terminals disagree on their width.
pub fn visible(text: &str) -> String {
    visible_start(text, usize::MAX)
}

/// The same of a text of which at most so many cells are seen: what is further behind is left out, so that [`cut`] to so many
/// cells, or to fewer, gives the same of it as of the whole.
pub fn visible_start(text: &str, seen: usize) -> String {
    let mut out = String::with_capacity(text.len().min(seen));
    let (mut last, mut wide) = (None, 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before = out.len();
        match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => out.push('⏎'),
            '\t' => out.push_str("  "),
            '\0'..='\u{1F}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('␀')),
            '\u{7F}' => out.push('␡'),
            _ if is_glyph_choice(c, last) => continue,
            _ if is_hidden(c) => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            _ => {
                if last.is_none() && char_width(c) == 0 {
                    out.push('◌');
                }
                out.push(c);
            }
        }
        last = Some(c);
        wide += out.get(before..).map_or(0, width);
        if wide > seen {
            break;
        }
    }
    out
}

/// A text longer than that is not seen whole in any window.
const LONG: usize = 4096;

/// The same of a text of which the beginning and the end are seen in at most so many cells: a long text is left out in its
/// middle, so that [`cut_within`] to so many cells, or to fewer, gives the same of it as of the whole.
pub fn visible_ends(text: &str, seen: usize) -> String {
    if text.len() <= LONG.max(seen.saturating_mul(16)) {
        return visible(text);
    }
    // Room for what a few marks on each letter take.
    let tail = (text.len() - seen.saturating_mul(8)..text.len()).find(|at| text.is_char_boundary(*at));
    let tail = tail.unwrap_or(text.len());
    visible_start(text, seen) + &visible(text.get(tail..).unwrap_or_default())
}

/// Variation selectors, skin tones, direction marks, and joiners between emoji.
fn is_glyph_choice(c: char, last: Option<char>) -> bool {
    match c {
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200E}' | '\u{200F}' | '\u{61C}' => true,
        '\u{1F3FB}'..='\u{1F3FF}' | '\u{200D}' => last.is_some_and(|last| char_width(last) == 2),
        _ => false,
    }
}

/// Characters that show nothing, or turn the direction of what follows.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9F}' | '\u{AD}' | '\u{200B}' | '\u{2060}'..='\u{206F}' | '\u{202A}'..='\u{202E}'
        | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{115F}' | '\u{3164}' | '\u{FFA0}' | '\u{E0000}'..='\u{E007F}')
}

/// The text in pieces that must not be torn: a character with the marks that follow it; two
/// regional indicators, which are one flag.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = cluster_end(rest);
        let (head, tail) = rest.split_at_checked(end)?;
        rest = tail;
        (!head.is_empty()).then_some(head)
    })
}

fn cluster_end(text: &str) -> usize {
    let is_flag = |c: char| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    let mut chars = text.char_indices().peekable();
    let Some((_, first)) = chars.next() else { return 0 };
    if is_flag(first) {
        chars.next_if(|(_, c)| is_flag(*c));
    }
    while chars.next_if(|(_, c)| char_width(*c) == 0).is_some() {}
    chars.peek().map_or(text.len(), |(i, _)| *i)
}

/// As much of a text as fits, with `…` where something is cut off. Never longer than `max`.
pub fn cut(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    if max == 0 {
        return String::new();
    }
    let mut out = String::new();
    let mut room = max - 1;
    for cluster in clusters(text) {
        let wide = width(cluster);
        if wide > room {
            break;
        }
        room -= wide;
        out.push_str(cluster);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The same with no part of a number before the `…`, which would be another number.
pub fn cut_beside_numbers(text: &str, max: usize) -> String {
    let short = cut(text, max);
    let Some(kept) = short.strip_suffix('…').filter(|_| short != text) else { return short };
    // Digits stand in threes: `12 992`.
    let rest = text.get(kept.len()..).unwrap_or_default();
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let is_cut = kept.ends_with(|c: char| c.is_ascii_digit())
        && (goes_on(rest) || rest.strip_prefix(' ').is_some_and(goes_on));
    if !is_cut {
        return short;
    }
    let digits = |c: char| c.is_ascii_digit();
    let mut whole = kept.trim_end_matches(digits);
    while let Some(before) = whole.strip_suffix(' ').filter(|before| before.ends_with(digits)) {
        whole = before.trim_end_matches(digits);
    }
    format!("{}…", whole.trim_end())
}

/// The same with the `…` in the middle, so that the end can be seen as well as the beginning.
pub fn cut_within(text: &str, max: usize) -> String {
    if width(text) <= max || max == 0 {
        return cut(text, max);
    }
    let mut end = String::new();
    let mut room = (max - 1) / 2;
    for cluster in clusters(text).collect::<Vec<_>>().into_iter().rev() {
        let wide = width(cluster);
        if wide > room {
            break;
        }
        room -= wide;
        end.insert_str(0, cluster);
    }
    let end = end.trim_start();
    cut(text, max - width(end)) + end
}

/// On which side of its column a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A text cut or filled with spaces to exactly `cells`.
pub fn fit(text: &str, cells: usize, side: Side) -> String {
    let text = cut(text, cells);
    let space = " ".repeat(cells.saturating_sub(width(&text)));
    match side {
        Side::Left => text + &space,
        Side::Right => space + &text,
    }
}

/// A text in lines of at most `max` cells: broken at spaces, and within what has none where it must
/// (Chinese anywhere). A piece that cannot fit at all becomes `…`.
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(text) {
        let wide = width(word.trim_end());
        if used > 0 && used + wide > max && wide <= max {
            lines.push(String::new());
            used = 0;
        }
        for cluster in clusters(word) {
            let (cluster, wide) = if width(cluster) > max { ("…", 1) } else { (cluster, width(cluster)) };
            if used + wide > max {
                if cluster == " " {
                    continue;
                }
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(cluster);
                used += wide;
            }
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Words with the spaces after them; each wide character is a word of its own.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (i, c) in text.char_indices() {
        let breaks = match last {
            None => false,
            Some(_) if c == ' ' => false,
            Some(' ') => true,
            Some(last) => (char_width(last) == 2 || char_width(c) == 2) && !is_closing(c),
        };
        if breaks && char_width(c) > 0 {
            out.extend(text.get(start..i));
            start = i;
        }
        last = Some(c);
    }
    out.extend(text.get(start..));
    out
}

/// Punctuation that must not begin a line of Chinese.
fn is_closing(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '）'
            | '》'
            | '」'
            | '』'
            | '】'
            | '”'
            | '’'
            | ','
            | '.'
            | ')'
    )
}

/// A number with its digits in groups of three: `1 204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes as a person reads it: `3.2MB`.
pub fn bytes(number: u64) -> String {
    match number {
        0..1_000_000 => format!("{:.1}kB", number as f64 / 1e3),
        _ => format!("{:.1}MB", number as f64 / 1e6),
    }
}

/// `1 row`, `2 rows`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_takes_two_cells_and_is_cut_between_characters() {
        assert_eq!(width("百度ERNIE"), 9);
        assert_eq!(cut("文心一言", 7), "文心一…");
        assert_eq!(cut("文心一言", 6), "文心…", "a character is never halved");
        assert_eq!(cut("文心一言", 8), "文心一言");
        assert_eq!(cut("文", 1), "…");
        assert_eq!(cut("文", 0), "");
    }

    #[test]
    fn a_number_is_whole_or_not_there() {
        let line = "bm:Claim  12 992  a claim of 2023";
        for (max, expected) in [
            (11, "bm:Claim…"),
            (13, "bm:Claim…"),
            (15, "bm:Claim…"),
            (17, "bm:Claim  12 992…"),
            (20, "bm:Claim  12 992  a…"),
            (31, "bm:Claim  12 992  a claim of…"),
            (33, line),
        ] {
            assert_eq!(cut_beside_numbers(line, max), expected, "{max}");
        }
        assert_eq!(width(&fit("文心一言", 6, Side::Right)), 6);
        assert_eq!(cut_within("文心一言", 7), "文心…言");
        assert_eq!(cut_within("release:2023-a", 9), "rele…23-a");
        assert_eq!(
            [cut_within("文心一言", 8), cut_within("文心", 1), cut_within("文", 0)],
            ["文心一言", "…", ""]
        );
        // Of a long text no more is looked at than is seen.
        let long = format!("begins {}\nends", "文心e\u{301} ".repeat(100_000));
        let ends = visible_ends(&long, 30);
        assert!(ends.len() < 10_000, "{}", ends.len());
        for max in 0..=30 {
            assert_eq!(cut_within(&ends, max), cut_within(&visible(&long), max));
        }
        assert_eq!(visible_ends("short\n", 3), visible("short\n"));
    }

    #[test]
    fn nothing_hides_and_nothing_turns_the_line_around() {
        assert_eq!(visible("a\r\nb\tc"), "a⏎b  c");
        assert_eq!(visible("\x1b[31mred\x07"), "␛[31mred␇");
        assert_eq!(visible("a\u{202E}b\u{200B}"), "a\\u202Eb\\u200B");
        assert_eq!(visible("\u{301}a"), "◌\u{301}a", "a mark alone gets a carrier");
        assert_eq!(visible("❤\u{FE0F}"), "❤");
        assert_eq!(visible("👨\u{200D}👩"), "👨👩");
        assert_eq!(visible("می\u{200C}خواهم"), "می\u{200C}خواهم", "Persian needs its non-joiner");
    }

    #[test]
    fn marks_stay_with_their_letter_and_flags_whole() {
        assert_eq!(clusters("e\u{301}🇨🇳文").collect::<Vec<_>>(), ["e\u{301}", "🇨🇳", "文"]);
        assert_eq!(cut("e\u{301}ee", 2), "e\u{301}…");
    }

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("生成式人工智能，服务", 8), ["生成式人", "工智能，", "服务"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("文", 1), ["…"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1204, 1_000_000].map(grouped), ["0", "999", "1 204", "1 000 000"]);
        assert_eq!(counted(1, "row", "rows"), "1 row");
    }

    proptest! {
        #[test]
        fn what_is_not_seen_changes_nothing(text in "\\PC*|[文e\u{301} 🇨🇳\n\r\u{202E}\t]*", seen in 0_usize..20) {
            let (start, whole) = (visible_start(&text, seen), visible(&text));
            prop_assert!(whole.starts_with(&start));
            for max in 0..=seen {
                prop_assert_eq!(cut(&start, max), cut(&whole, max));
            }
        }

        #[test]
        fn no_cut_is_too_wide_and_no_line_either(text in "\\PC*|[文e\u{301} 🇨🇳\n]*", max in 0_usize..20) {
            let text = visible(&text);
            prop_assert!(width(&cut(&text, max)) <= max);
            prop_assert!(width(&cut_within(&text, max)) <= max);
            prop_assert_eq!(width(&fit(&text, max, Side::Left)), max);
            for line in wrap(&text, max) {
                prop_assert!(width(&line) <= max.max(1), "{:?}", line);
            }
            prop_assert_eq!(clusters(&text).collect::<String>(), text);
        }
    }
}
