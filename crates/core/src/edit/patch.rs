//! A text before and after as a unified diff, of the edits that were made: no line that they do not touch is compared.
//!
//! In: a name, a text, edits in order. Out: lines as `diff -u` writes them, which `patch -p1` and `git apply` take.

use super::layout::{Edit, edited};
use std::fmt::Write as _;
use std::ops::Range;

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// Lines of the old text, and what they become.
struct Hunk<'t> {
    old: Range<usize>,
    new: Vec<String>,
    gone: Vec<&'t str>,
}

/// The difference of a text that gets some edits. A file that is `new` has no name before.
pub(super) fn unified(name: &str, text: &str, edits: &[Edit], new: bool) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let hunks = hunks(text, &lines, edits);
    let mut out = String::new();
    if hunks.is_empty() {
        return out;
    }
    let before = if new { "/dev/null".to_owned() } else { format!("a/{name}") };
    let _ = writeln!(out, "--- {before}\n+++ b/{name}");
    let (mut at, mut moved) = (0, 0_isize);
    while let Some(first) = hunks.get(at) {
        let mut last = at;
        while let (Some(here), Some(next)) = (hunks.get(last), hunks.get(last + 1)) {
            if next.old.start > here.old.end + 2 * CONTEXT {
                break;
            }
            last += 1;
        }
        let group = hunks.get(at..=last).unwrap_or_default();
        let from = first.old.start.saturating_sub(CONTEXT);
        let to = group.last().map_or(from, |hunk| (hunk.old.end + CONTEXT).min(lines.len()));
        moved += write_group(&mut out, &lines, group, from..to, moved);
        at = last + 1;
    }
    out
}

/// Writes hunks that share context; how many lines more there are after them.
fn write_group(
    out: &mut String,
    lines: &[&str],
    group: &[Hunk<'_>],
    shown: Range<usize>,
    moved: isize,
) -> isize {
    let added: usize = group.iter().map(|hunk| hunk.new.len()).sum();
    let gone: usize = group.iter().map(|hunk| hunk.gone.len()).sum();
    let count = shown.len() + added - gone;
    let start = |from: usize, count: usize| if count == 0 { from } else { from + 1 };
    let new_from = shown.start.saturating_add_signed(moved);
    let _ = writeln!(
        out,
        "@@ -{},{} +{},{} @@",
        start(shown.start, shown.len()),
        shown.len(),
        start(new_from, count),
        count
    );
    let mut at = shown.start;
    for hunk in group {
        for line in lines.get(at..hunk.old.start).unwrap_or_default() {
            marked(out, ' ', line);
        }
        hunk.gone.iter().for_each(|line| marked(out, '-', line));
        hunk.new.iter().for_each(|line| marked(out, '+', line));
        at = hunk.old.end;
    }
    for line in lines.get(at..shown.end).unwrap_or_default() {
        marked(out, ' ', line);
    }
    added.cast_signed() - gone.cast_signed()
}

fn marked(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// The lines that edits touch, and what becomes of them, without those that stay the same at both ends.
fn hunks<'t>(text: &str, lines: &[&'t str], edits: &[Edit]) -> Vec<Hunk<'t>> {
    let mut starts = Vec::with_capacity(lines.len());
    let mut at = 0;
    for line in lines {
        starts.push(at);
        at += line.len();
    }
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
    let mut groups: Vec<(Range<usize>, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        let touched = line_of(edit.0.start)..(line_of(edit.0.end) + 1).min(lines.len());
        match groups.last_mut().filter(|(group, _)| touched.start < group.end) {
            Some((group, edits)) => {
                group.end = group.end.max(touched.end);
                edits.push(edit);
            }
            None => groups.push((touched, vec![edit])),
        }
    }
    groups.into_iter().filter_map(|(group, edits)| hunk(text, lines, &starts, group, &edits)).collect()
}

fn hunk<'t>(
    text: &str,
    lines: &[&'t str],
    starts: &[usize],
    group: Range<usize>,
    edits: &[&Edit],
) -> Option<Hunk<'t>> {
    let from = starts.get(group.start).copied().unwrap_or(text.len());
    let to = starts.get(group.end).copied().unwrap_or(text.len());
    let moved: Vec<Edit> = edits
        .iter()
        .map(|(place, put)| (place.start.saturating_sub(from)..place.end.saturating_sub(from), put.clone()))
        .collect();
    let new = edited(text.get(from..to)?, &moved);
    let mut new: Vec<String> = new.split_inclusive('\n').map(str::to_owned).collect();
    let mut old = group;
    let mut gone = lines.get(old.clone())?;
    while let (Some((first, rest)), Some(begin)) = (gone.split_first(), new.first())
        && first == begin
    {
        gone = rest;
        old.start += 1;
        new.remove(0);
    }
    while let (Some((last, rest)), Some(end)) = (gone.split_last(), new.last())
        && last == end
    {
        gone = rest;
        old.end -= 1;
        new.pop();
    }
    (!gone.is_empty() || !new.is_empty()).then(|| Hunk { old, new, gone: gone.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_with_three_around_them() {
        let text: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let at = |line: &str| text.find(line).unwrap();
        let edits = vec![
            (at("line 5\n")..at("line 6\n"), String::new()),
            (at("line 15")..at("line 15") + 7, "fifteen\nmore".to_owned()),
            (text.len()..text.len(), "end".to_owned()),
        ];
        let expected = "--- a/data/x.ttl\n+++ b/data/x.ttl\n@@ -2,7 +2,6 @@\n line 2\n line 3\n line 4\n-line 5\n line 6\n line 7\n line 8\n\
                        @@ -12,9 +11,11 @@\n line 12\n line 13\n line 14\n-line 15\n+fifteen\n+more\n line 16\n line 17\n line 18\n \
                        line 19\n line 20\n+end\n\\ No newline at end of file\n";
        assert_eq!(unified("data/x.ttl", &text, &edits, false), expected);
        assert_eq!(
            unified("n", "", &[(0..0, "a\n".to_owned())], true),
            "--- /dev/null\n+++ b/n\n@@ -0,0 +1,1 @@\n+a\n"
        );
        assert_eq!(unified("n", "a\n", &[], false), "");
    }
}
