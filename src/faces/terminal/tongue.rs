//! The language in which baimo speaks to a person: English as it is written in the code, or Chinese by one table.
//!
//! In: an English sentence, its values filled in. Out: the same in the language of the session. A sentence that the
//! table lacks stays English. A graph's own texts (labels, summaries) are not its business.
//!
//! A template has a `{}` for each value. Sentences are compared with the templates, those with the most letters of
//! their own first, so that messages need no number and no second place in the code.

// The table.
mod chinese;

use std::borrow::Cow;
use std::sync::OnceLock;

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tongue {
    /// As in the code.
    #[default]
    English,
    /// 中文。
    Chinese,
}

impl Tongue {
    /// That of a language tag; English for all that is not Chinese.
    pub fn of(language: &str) -> Self {
        match language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "zh" => Self::Chinese,
            _ => Self::English,
        }
    }

    /// The language that the user chose; of who reads a terminal, else that of the system: what programs read must
    /// not change with the machine.
    pub fn chosen(language: Option<&str>, terminal: bool) -> Self {
        let locale = || super::locale().filter(|_| terminal);
        language.map(str::to_owned).or_else(locale).map_or(Self::English, |language| Self::of(&language))
    }

    /// Whether it is Chinese.
    pub fn is_chinese(self) -> bool {
        self == Self::Chinese
    }

    /// What puts a part of a text into this language, for drawings.
    pub fn words(self) -> fn(&str) -> String {
        match self {
            Self::English => str::to_owned,
            Self::Chinese => |english| {
                let kinds = [Kind::Sentence, Kind::Part, Kind::Word];
                look_up(english, &kinds).unwrap_or_else(|| english.to_owned())
            },
        }
    }

    /// A part of a sentence in this language: a setting's value, a number of rows.
    pub fn part(self, english: &str) -> Cow<'_, str> {
        match self {
            Self::English => Cow::Owned(english.to_owned()),
            Self::Chinese => Cow::Owned(part(english).into_owned()),
        }
    }

    /// A word that stands alone, such as the name of a setting or a step of a plan.
    pub fn word(self, english: &str) -> Cow<'_, str> {
        let found = self.is_chinese().then(|| look_up(english, &[Kind::Word])).flatten();
        Cow::Owned(found.unwrap_or_else(|| english.to_owned()))
    }

    /// How something is called, with the words in capitals that stand for what is typed: `NAME [VALUE]...`.
    pub fn usage(self, english: &str) -> Cow<'_, str> {
        if !self.is_chinese() {
            return Cow::Borrowed(english);
        }
        let is_letter = |c: char| c.is_ascii_uppercase() || c == '=';
        let (mut out, mut word) = (String::new(), String::new());
        for c in english.chars().chain(['\n']) {
            if is_letter(c) {
                word.push(c);
            } else {
                out.push_str(&self.word(&std::mem::take(&mut word)));
                out.push(c);
            }
        }
        Cow::Owned(out.trim_end_matches('\n').to_owned())
    }

    /// A text in this language, line by line where it has several.
    pub fn say(self, english: &str) -> Cow<'_, str> {
        match self {
            Self::English => Cow::Owned(english.to_owned()),
            Self::Chinese => Cow::Owned(english.split('\n').map(translated).collect::<Vec<_>>().join("\n")),
        }
    }
}

/// Where a template may fit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A sentence.
    Sentence,
    /// A sentence of few letters: tried when nothing else fits.
    Loose,
    /// A part of a sentence.
    Part,
    /// A word alone: a column's name, a step of a plan.
    Word,
}

/// A sentence with places for values, in both languages.
struct Template {
    /// What stands around the values.
    english: Vec<&'static str>,
    chinese: &'static str,
    kind: Kind,
}

impl Template {
    fn new(english: &'static str, chinese: &'static str, kind: Kind) -> Self {
        Self { english: english.split("{}").collect(), chinese, kind }
    }

    fn letters(&self) -> usize {
        self.english.iter().map(|part| part.len()).sum()
    }

    /// The values of a sentence that is of this form: each as short as can be, the last one all that is left.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, rest) = self.english.split_first()?;
        let mut left = text.strip_prefix(first)?;
        let Some((last, between)) = rest.split_last() else { return left.is_empty().then(Vec::new) };
        let mut values = Vec::new();
        for part in between {
            let (value, after) = left.split_once(part)?;
            values.push(value);
            left = after;
        }
        values.push(left.strip_suffix(last)?);
        // What a part begins with is a number: "12 rows", but not "no rows".
        let counts = self.kind != Kind::Part || !first.is_empty() || is_alternative(&self.english);
        let number = |value: &str| value.starts_with(|c: char| !c.is_ascii_alphabetic());
        let fits = counts || values.first().is_none_or(|value| number(value));
        (fits && values.iter().all(|value| !value.is_empty())).then_some(values)
    }

    /// The Chinese sentence: `{}` takes the values in their order, `{2}` the second.
    fn filled(&self, values: &[&str]) -> String {
        let (mut out, mut rest, mut next) = (String::new(), self.chinese, 0);
        while let Some((before, place, after)) = hole(rest) {
            out.push_str(before);
            let index = place.unwrap_or(next);
            next = index + 1;
            // A value may be a part of a sentence itself: "12 rows". Then no space stands between it and Chinese.
            let value = values.get(index).map_or(Cow::Borrowed(""), |value| part(value));
            let is_ours = matches!(value, Cow::Owned(_));
            if is_ours && value.starts_with(is_wide) && out.ends_with(' ') {
                out.pop();
            }
            out.push_str(&value);
            let joins = |after: &&str| is_ours && value.ends_with(is_wide) && after.starts_with(is_wide);
            rest = after.strip_prefix(' ').filter(joins).unwrap_or(after);
        }
        out + rest
    }
}

/// `{} or {}` and `{} of {}`, which have words on both sides.
fn is_alternative(english: &[&str]) -> bool {
    matches!(english.get(1), Some(&" or " | &" of "))
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}' | '“' | '”')
}

/// What stands before the first hole, which value it takes where that is said, and what stands after it.
fn hole(text: &str) -> Option<(&str, Option<usize>, &str)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('{').map(|at| from + at) {
        let (inner, after) = text.get(at + 1..)?.split_once('}')?;
        let number = inner.parse::<usize>().ok();
        if inner.is_empty() || number.is_some() {
            return Some((text.get(..at)?, number.and_then(|number| number.checked_sub(1)), after));
        }
        from = at + 1;
    }
    None
}

/// The English templates, so that those which the code no longer has can be found.
pub fn english() -> impl Iterator<Item = &'static str> {
    let tables = chinese::SENTENCES.iter().chain(chinese::WORDS);
    let all = tables.flat_map(|table| table.iter()).chain(chinese::LOOSE).chain(chinese::PARTS);
    all.map(|(english, _)| *english)
}

fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let of = |table: &'static [(&'static str, &'static str)], kind| {
            table.iter().map(move |(english, chinese)| Template::new(english, chinese, kind))
        };
        let sentences = chinese::SENTENCES.iter().flat_map(|table| of(table, Kind::Sentence));
        let words = chinese::WORDS.iter().flat_map(|table| of(table, Kind::Word));
        let others = of(chinese::LOOSE, Kind::Loose).chain(of(chinese::PARTS, Kind::Part));
        let mut all: Vec<Template> = sentences.chain(words).chain(others).collect();
        all.sort_by_key(|template| std::cmp::Reverse(template.letters()));
        all
    })
}

fn look_up(text: &str, kinds: &[Kind]) -> Option<String> {
    let fits = |template: &&Template| kinds.contains(&template.kind);
    templates().iter().filter(fits).find_map(|template| Some(template.filled(&template.values(text)?)))
}

/// A value in Chinese, where it is words of ours.
fn part(value: &str) -> Cow<'_, str> {
    look_up(value, &[Kind::Sentence, Kind::Part]).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// What is said of a line of a script, and which line that is: `stdin:4: interrupted`.
fn placed(text: &str) -> Option<(&str, &str)> {
    let (place, said) = text.split_once(": ")?;
    let (name, line) = place.rsplit_once(':')?;
    let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    (is_line && !name.is_empty()).then_some((place, said))
}

/// A line in Chinese: as a whole, else piece by piece where it is made of pieces.
fn translated(line: &str) -> String {
    let text = line.trim_start();
    let indent = line.get(..line.len() - text.len()).unwrap_or_default();
    if let Some((place, said)) = placed(text) {
        let there = translated(said);
        if there != said {
            return format!("{indent}{place}：{there}");
        }
    }
    if let Some(whole) = look_up(text, &[Kind::Sentence]) {
        return format!("{indent}{whole}");
    }
    if text.contains(" · ") {
        return format!("{indent}{}", text.split(" · ").map(part).collect::<Vec<_>>().join(" · "));
    }
    let piece = |piece| look_up(piece, &[Kind::Sentence, Kind::Part]);
    let pieces: Option<Vec<String>> = text.split("; ").map(piece).collect();
    match pieces.filter(|pieces| pieces.len() > 1) {
        Some(pieces) => format!("{indent}{}", pieces.join("；")),
        None => {
            look_up(text, &[Kind::Loose]).map_or_else(|| line.to_owned(), |found| indent.to_owned() + &found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chinese(english: &str) -> String {
        Tongue::Chinese.say(english).into_owned()
    }

    #[test]
    fn a_sentence_is_told_by_its_form_and_keeps_its_values() {
        assert_eq!(chinese("there is no saved query `a b`"), "没有名为“a b”的已存查询");
        assert_eq!(chinese("53 rows · 3 ms · baimo 1.0.0"), "53 行 · 3 毫秒 · baimo 1.0.0");
        assert_eq!(chinese("wrote 12 rows to x.csv"), "已将 12 行写入 x.csv");
        let none = "no saved query has `relases` in its name, tags or summary; did you mean `a`, `b`?";
        assert_eq!(chinese(none), "没有名称、标签或摘要含“relases”的已存查询；您是否想写 `a`, `b`？");
        assert_eq!(chinese("no such sentence here"), "no such sentence here");
        assert_eq!(chinese("a b.rq:12: interrupted"), "a b.rq:12：已中断");
        assert_eq!(chinese("stdin:4: interrupted; nothing was changed"), "stdin:4：已中断；未作任何改动");
        assert_eq!(Tongue::English.say("wrote 1 row to x"), "wrote 1 row to x");
        assert_eq!(Tongue::of("zh_CN"), Tongue::Chinese);
        assert_eq!(Tongue::of("en"), Tongue::English);
    }

    #[test]
    fn every_template_keeps_its_values_and_none_hides_another() {
        // Words are looked for alone, where it is known that they are words.
        let (sentences, words) = ([Kind::Sentence, Kind::Part, Kind::Loose], [Kind::Word]);
        let tables = |tables: &'static [&'static [(&'static str, &'static str)]]| {
            tables.iter().flat_map(|table| table.iter())
        };
        let spoken = tables(chinese::SENTENCES).chain(chinese::LOOSE).chain(chinese::PARTS);
        let spoken = spoken.map(|pair| (pair, sentences.as_slice()));
        let alone = tables(chinese::WORDS).map(|pair| (pair, words.as_slice()));
        for ((english, chinese), kinds) in spoken.chain(alone) {
            let holes = english.matches("{}").count();
            let mut filled = 0;
            let mut rest: &str = chinese;
            while let Some((_, _, after)) = hole(rest) {
                filled += 1;
                rest = after;
            }
            assert_eq!(holes, filled, "{english}: {chinese}");
            // A sentence made of the template is taken for it, and for no other.
            let names = ["1甲", "2乙", "3丙", "4丁", "5戊"];
            let sentence =
                names.iter().fold((*english).to_owned(), |text, name| text.replacen("{}", name, 1));
            let found = kinds.iter().find_map(|kind| look_up(&sentence, &[*kind]));
            let found = found.unwrap_or_default();
            assert_eq!(
                found,
                Template::new(english, chinese, Kind::Sentence).filled(&names[..holes]),
                "{english}"
            );
        }
    }
}
