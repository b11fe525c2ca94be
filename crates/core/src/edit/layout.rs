//! Parts of a text taken out and put in, so that what stays looks as if they had never, or always, been there.
//!
//! In: places to cut, texts to put in. Out: edits in order. Comments within what is cut stay; a line that is left with
//! nothing goes whole, and of two blanks in a row one.

use super::parts::Place;

/// What is to be done with a text.
#[derive(Debug, Default)]
pub(super) struct Changes {
    cuts: Vec<Place>,
    puts: Vec<(Place, String)>,
}

/// A place and the text that it gets.
pub(super) type Edit = (Place, String);

impl Changes {
    /// Takes a part out.
    pub fn cut(&mut self, place: Place) {
        self.cuts.push(place);
    }

    /// Puts a text in place of a part, which may be empty.
    pub fn put(&mut self, place: Place, text: impl Into<String>) {
        self.puts.push((place, text.into()));
    }

    /// As [`Self::put`], before all that is put at the same place.
    pub fn put_first(&mut self, place: Place, text: impl Into<String>) {
        self.puts.insert(0, (place, text.into()));
    }

    /// The edits, in order, none of which touches another.
    pub fn edits(mut self, text: &str, comments: &[Place], newline: &str) -> Vec<Edit> {
        self.cuts.sort_by_key(|cut| (cut.start, cut.end));
        self.puts.sort_by_key(|(place, _)| (place.start, place.end));
        for (place, put) in &mut self.puts {
            for comment in within(comments, place) {
                put.push(' ');
                put.push_str(text.get(comment).unwrap_or_default());
                put.push_str(newline);
            }
        }
        let pieces: Vec<Place> =
            self.cuts.iter().flat_map(|cut| without_comments(text, comments, cut)).collect();
        let mut merged: Vec<Place> = Vec::new();
        for piece in pieces {
            let near = merged.last_mut().filter(|last| {
                let gap = text.get(last.end..piece.start);
                let next = self.puts.partition_point(|(place, _)| place.start < last.end);
                let put_between = self.puts.get(next).is_some_and(|(place, _)| place.end <= piece.start);
                piece.start <= last.end || (gap.is_some_and(|gap| gap.trim().is_empty()) && !put_between)
            });
            match near {
                Some(last) => last.end = last.end.max(piece.end),
                None => merged.push(piece),
            }
        }
        let mut edits = Vec::new();
        for cut in merged {
            let tidied = tidied(text, &cut);
            let mut start = tidied.start;
            let next = self.puts.partition_point(|(place, _)| place.start <= start);
            // What is put within the blanks around a cut stays there.
            for (place, _) in self.puts.iter().skip(next).take_while(|(place, _)| place.start < tidied.end) {
                if place.end < tidied.end {
                    edits.push((start..place.start, String::new()));
                    start = place.end;
                }
            }
            edits.push((start..tidied.end, String::new()));
        }
        edits.append(&mut self.puts);
        edits.sort_by_key(|(place, _)| (place.start, place.end));
        edits
    }
}

fn within<'c>(comments: &'c [Place], place: &Place) -> impl Iterator<Item = Place> + use<'c> {
    let from = comments.partition_point(|comment| comment.start < place.start);
    let end = place.end;
    comments.iter().skip(from).take_while(move |comment| comment.start < end).cloned()
}

/// The pieces of a cut between the comments in it, which stay with the ends of their lines.
fn without_comments(text: &str, comments: &[Place], cut: &Place) -> Vec<Place> {
    let (mut pieces, mut start) = (Vec::new(), cut.start);
    for comment in within(comments, cut) {
        pieces.push(start..comment.start);
        let rest = text.get(comment.end..).unwrap_or_default();
        let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        start = (comment.end + line_end).min(cut.end.max(comment.end));
    }
    pieces.push(start..cut.end);
    pieces.retain(|piece| piece.start < piece.end);
    pieces
}

/// A cut with the blanks, lines and empty lines around it that would be left without use.
fn tidied(text: &str, cut: &Place) -> Place {
    let (before, after) =
        (text.get(..cut.start).unwrap_or_default(), text.get(cut.end..).unwrap_or_default());
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.get(line_start..).unwrap_or_default();
    let rest = after.split('\n').next().unwrap_or_default();
    let blanks_after = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    match (line.trim().is_empty(), rest.trim().is_empty()) {
        (true, true) => {
            let end = cut.end + (rest.len() + 1).min(after.len());
            without_empty_lines(text, line_start..end)
        }
        (true, false) => cut.start..cut.end + blanks_after,
        (false, true) => {
            cut.start - (line.len() - line.trim_end().len())..cut.end + rest.trim_end_matches('\r').len()
        }
        (false, false) if line.ends_with([' ', '\t']) => cut.start..cut.end + blanks_after,
        (false, false) => cut.clone(),
    }
}

/// Lines that go, with the empty ones after them where there are some before them too, or nothing comes after.
fn without_empty_lines(text: &str, mut lines: Place) -> Place {
    let before = text.get(..lines.start).unwrap_or_default();
    let before_lines = before.strip_suffix('\n').unwrap_or(before);
    let is_empty_before =
        before.is_empty() || before_lines.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    if is_empty_before {
        for line in text.get(lines.end..).unwrap_or_default().split_inclusive('\n') {
            if !line.trim().is_empty() {
                break;
            }
            lines.end += line.len();
        }
    }
    if lines.end >= text.len() {
        let kept = before.trim_end();
        let line_end = before
            .get(kept.len()..)
            .and_then(|rest| rest.find('\n'))
            .map_or(before.len(), |at| kept.len() + at + 1);
        lines.start = line_end.min(lines.start);
    }
    lines
}

/// A text with its edits.
pub(super) fn edited(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (place, put) in edits {
        out.push_str(text.get(at..place.start.max(at)).unwrap_or_default());
        out.push_str(put);
        at = at.max(place.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Whether nothing but a comment comes on the line after a place, and where the line ends.
pub(super) fn line_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let left = line.trim_start();
    (left.is_empty() || left.starts_with('#')).then_some(at + line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, parts: &[&str]) -> String {
        let mut changes = Changes::default();
        for part in parts {
            let at = text.find(part).unwrap();
            changes.cut(at..at + part.len());
        }
        let comments: Vec<Place> = text
            .match_indices('#')
            .map(|(at, _)| at..at + text[at..].find('\n').unwrap_or(text.len() - at))
            .collect();
        edited(text, &changes.edits(text, &comments, "\n"))
    }

    #[test]
    fn what_stays_looks_as_if_nothing_had_been_there() {
        assert_eq!(cut("a b ;\n  c d ;\n  e f .\n", &["c d ;"]), "a b ;\n  e f .\n");
        assert_eq!(cut("a b , c , d .\n", &["c ,"]), "a b , d .\n");
        assert_eq!(cut("a b , c .\n", &[", c"]), "a b .\n");
        assert_eq!(cut("a b ; # why\n  c d .\n", &["b ;"]), "a # why\n  c d .\n");
        assert_eq!(cut("x .\n\na b ;\n  c d .\n\ny .\n", &["a b ;\n  c d ."]), "x .\n\ny .\n");
        assert_eq!(cut("x .\n\na b .\n", &["a b ."]), "x .\n");
        assert_eq!(
            cut("x .\n# about a\na b ; # one\n   c d . # two\n", &["a b ; # one\n   c d ."]),
            "x .\n# about a\n# one\n# two\n"
        );
        assert_eq!(cut("x .\r\na b .\r\ny .\r\n", &["a b ."]), "x .\r\ny .\r\n");
        assert_eq!(cut("a b", &["a b"]), "");
    }
}
