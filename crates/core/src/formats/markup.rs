//! Tables in Markdown and in HTML.
//!
//! In: columns and rows. Out: text in which no value can be taken for markup. [`super::rows`]
//! streams through it.

use crate::engine::answer::Row;
use crate::show::Style;
use crate::show::cells::{Cell, Column, Sort, cell};
use crate::show::text::Side;
use crate::terms::Term;

/// The header of a Markdown table (GitHub's kind).
pub fn markdown_head(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| markdown(&column.name)).collect();
    let rules = columns.iter().map(|column| if column.side() == Side::Right { "---:" } else { "---" });
    format!("| {} |\n| {} |\n", names.join(" | "), rules.collect::<Vec<_>>().join(" | "))
}

/// One row of a Markdown table. Web addresses become links.
pub fn markdown_row(row: &Row, columns: &[Column], style: &Style<'_>) -> String {
    let cells: Vec<_> = pairs(row, columns, style)
        .map(|(term, cell)| {
            let text = markdown(&cell.whole());
            match address(term) {
                Some(iri) => format!("[{text}](<{}>)", iri.replace('|', "%7C")),
                None => text,
            }
        })
        .collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The text with everything escaped that Markdown, or HTML within it, would take for itself.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '⏎' => out.push_str("<br>"),
            '_' if is_inside_word(text, i) => out.push('_'),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// An underscore between letters is not emphasis.
fn is_inside_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|s| s.chars().next_back());
    let after = text.get(at + 1..).and_then(|s| s.chars().next());
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}

/// The beginning of an HTML document with one table.
pub fn html_head(columns: &[Column], style: &Style<'_>) -> String {
    let title = escape(style.title.unwrap_or("Answer"));
    let names: String = columns
        .iter()
        .map(|column| format!("<th scope=\"col\"{}>{}</th>", class(column), escape(&column.name)))
        .collect();
    format!(
        "{HTML_TOP}<title>{title}</title>\n{HTML_STYLE}<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n"
    )
}

const HTML_TOP: &str = "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n";
const HTML_STYLE: &str = "<style>\n:root{color-scheme:light dark}\n\
    body{font:15px/1.5 system-ui,\"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;margin:2rem}\n\
    table{border-collapse:collapse}\nth,td{padding:.3em .8em;text-align:start;border-bottom:1px solid #8884;vertical-align:top}\n\
    .n{text-align:end;font-variant-numeric:tabular-nums}\n</style>\n</head>\n<body>\n";

/// One row of an HTML table. Web addresses become links, languages `lang`.
pub fn html_row(row: &Row, columns: &[Column], style: &Style<'_>) -> String {
    let cells: String = pairs(row, columns, style)
        .zip(columns)
        .map(|((term, cell), column)| html_cell(term, &cell, column))
        .collect();
    format!("<tr>{cells}</tr>\n")
}

fn html_cell(term: Option<&Term>, cell: &Cell, column: &Column) -> String {
    let language = match term {
        Some(Term::Literal(literal)) => literal.language(),
        _ => None,
    };
    let language = language.map(|tag| format!(" lang=\"{}\" dir=\"auto\"", escape(tag))).unwrap_or_default();
    let text = escape(&cell.text).replace('⏎', "<br>");
    let text = match address(term) {
        Some(iri) => format!("<a href=\"{}\">{text}</a>", escape(iri)),
        None => text,
    };
    let class = if cell.sort == Sort::Number { class(column) } else { "" };
    format!("<td{class}{language}>{text}</td>")
}

fn class(column: &Column) -> &'static str {
    if column.numbers { " class=\"n\"" } else { "" }
}

/// The end of the document.
pub const HTML_FOOT: &str = "</tbody>\n</table>\n</body>\n</html>\n";

/// The text with everything escaped that HTML, XML and SVG would take for themselves, between tags or in `"`, and
/// without the characters that they cannot hold.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Else readers take it for the end of a line.
            '\r' => out.push_str("&#13;"),
            _ if is_xml_char(c) => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
    }
    out
}

/// A line as a comment of XML can hold it: no two hyphens side by side, and none at the end.
pub fn comment(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if c == '-' && out.ends_with('-') {
            out.push(' ');
        }
        out.push(c);
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// Whether XML 1.0 can hold a character at all.
pub fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The address that a term can be followed to. Other schemes than the web's are never made links.
fn address(term: Option<&Term>) -> Option<&str> {
    match term {
        Some(Term::NamedNode(iri)) => {
            Some(iri.as_str()).filter(|iri| iri.starts_with("http://") || iri.starts_with("https://"))
        }
        _ => None,
    }
}

fn pairs<'a>(
    row: &'a Row,
    columns: &'a [Column],
    style: &'a Style<'a>,
) -> impl Iterator<Item = (Option<&'a Term>, Cell)> {
    columns.iter().enumerate().map(move |(i, column)| {
        let term = row.get(i).and_then(Option::as_ref);
        (term, cell(term, column, style))
    })
}
