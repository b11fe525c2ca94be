//! Words of a question in English or Chinese: cut apart, filler left out, forms of one word told to be one.
//!
//! In: a text. Out: its words, and what kind of answer it asks for. English forms are matched by their endings and
//! Chinese, which has no spaces, by pairs of characters; other languages are matched word for word.

use crate::explore::names::fold;

/// Words that say nothing about what is asked for.
const FILLER: &[&str] = &[
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "been", "by", "can", "could", "did", "do",
    "does", "each", "every", "find", "for", "from", "get", "give", "had", "has", "have", "how", "i", "in",
    "is", "it", "its", "know", "list", "many", "me", "much", "my", "of", "on", "one", "or", "our", "per",
    "please", "query", "see", "show", "some", "tell", "that", "the", "their", "them", "there", "these",
    "they", "this", "those", "to", "want", "was", "we", "were", "what", "when", "where", "which", "who",
    "whose", "will", "with", "would", "you",
];

/// Endings with which the forms of one English word differ from each other.
const ENDINGS: &[&str] = &[
    "", "s", "es", "e", "d", "ed", "er", "r", "rs", "ers", "ered", "ing", "ings", "y", "ies", "ied", "ly",
    "al", "ion", "ions", "ation", "ations", "ration", "rations", "ment", "ments", "ance", "ive",
];

/// Endings that even a short word may have.
const PLURALS: &[&str] = &["", "s", "es"];

/// What kind of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// A number.
    Count,
    /// An order in time.
    Time,
    /// The most or the best first.
    Ranking,
    /// What is in the graph at all.
    Schema,
}

const WISHES: &[(Wish, &[&str])] = &[
    (Wish::Count, &["how many", "number of", "count", "多少", "几个", "几家", "几次", "数量", "个数"]),
    (
        Wish::Time,
        &[
            "timeline",
            "chronology",
            "history",
            "when ",
            "over time",
            "什么时候",
            "何时",
            "时间线",
            "时间轴",
            "历史",
        ],
    ),
    (Wish::Ranking, &["top ", "most", "rank", "best", "largest", "biggest", "最多", "最大", "排名", "排行"]),
    (
        Wish::Schema,
        &[
            "tables",
            "schema",
            "columns",
            "fields",
            "data model",
            "有哪些表",
            "数据表",
            "表结构",
            "字段",
            "所有表",
        ],
    ),
];

/// The kinds of answer that a text asks for.
pub(super) fn wishes(text: &str) -> Vec<Wish> {
    // The vocabulary of that name is not the schema of the graph.
    let text = format!("{} ", fold(text)).replace("schema.org", " ");
    let asked = WISHES.iter().filter(|(_, words)| words.iter().any(|word| text.contains(word)));
    asked.map(|(wish, _)| *wish).collect()
}

/// The words of a text that say what it is about, in order: Latin words, numbers, pairs of Chinese characters.
pub(super) fn content(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in runs(text) {
        let chars: Vec<char> = run.chars().collect();
        match chars.as_slice() {
            [first, ..] if !is_han(*first) => {
                if !FILLER.contains(&run.as_str()) {
                    words.push(run);
                }
            }
            [one] => words.push(one.to_string()),
            many => words.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
        }
    }
    words
}

/// The phrases of a text that could be names, the longest first: up to five Latin words, or twelve Chinese characters.
pub(super) fn phrases(text: &str) -> Vec<String> {
    let runs = runs(text);
    let mut phrases: Vec<String> = written(text);
    for start in 0..runs.len() {
        let mut phrase = String::new();
        for run in runs.iter().skip(start).take(5) {
            let joins = !(phrase.is_empty() || ends_in_han(&phrase) || run.starts_with(is_han));
            if joins {
                phrase.push(' ');
            }
            phrase.push_str(run);
            phrases.push(phrase.clone());
        }
        if let Some(run) = runs.get(start).filter(|run| run.starts_with(is_han)) {
            let chars: Vec<char> = run.chars().collect();
            let parts = (0..chars.len())
                .flat_map(|from| (from + 2..=chars.len().min(from + 12)).map(move |to| (from, to)));
            phrases
                .extend(parts.filter_map(|(from, to)| Some(chars.get(from..to)?.iter().collect::<String>())));
        }
    }
    phrases.retain(|phrase| !FILLER.contains(&phrase.as_str()));
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
    phrases.dedup();
    phrases
}

/// Up to five words together as they are written, with the signs within them: `gpt-4 turbo`.
fn written(text: &str) -> Vec<String> {
    let mut apart = String::new();
    let mut before = ' ';
    for c in fold(text).chars() {
        if is_han(c) != is_han(before) {
            apart.push(' ');
        }
        apart.push(c);
        before = c;
    }
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = apart.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    let from = |start: usize| {
        let lengths = 1..=words.len().saturating_sub(start).min(5);
        lengths.filter_map(|length| Some(words.get(start..start + length)?.join(" "))).collect::<Vec<_>>()
    };
    (0..words.len()).flat_map(from).filter(|phrase| !phrase.starts_with(is_han)).collect()
}

/// Whether a phrase is written as a proper name: with a capital, and longer than an abbreviation.
pub(super) fn is_proper(phrase: &str, text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    phrase.chars().count() > 3
        && !phrase.contains(' ')
        && words.any(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) && fold(word) == phrase)
}

/// A text with the Chinese numerals of ordinals as digits: `第二批` is `第2批`.
pub(super) fn with_digits(text: &str) -> String {
    const NUMERALS: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let mut out = String::new();
    for c in text.chars() {
        let digit =
            NUMERALS.iter().zip('1'..='9').find(|(numeral, _)| **numeral == c).map(|(_, digit)| digit);
        out.push(digit.filter(|_| out.ends_with('第')).unwrap_or(c));
    }
    out
}

/// A text with the months that it names as the data write them: `2023年7月` and `July 2023` are `2023-07`.
pub(super) fn with_months(text: &str) -> String {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let spaced = text.replace('年', " 年 ").replace('月', " 月 ").replace(',', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(word) = words.get(at) {
        let next = |more: usize| words.get(at + more).copied().unwrap_or_default();
        let chinese = next(2).parse::<usize>().ok().filter(|_| next(1) == "年" && next(3) == "月");
        let lower = word.to_lowercase();
        let named = NAMES.iter().position(|name| lower.len() > 2 && name.starts_with(&lower));
        match (chinese.filter(|_| is_year(word)), named.filter(|_| is_year(next(1)))) {
            (Some(month @ 1..=12), _) => {
                out.push(format!("{word}-{month:02}"));
                at += 4;
            }
            (_, Some(month)) => {
                out.push(format!("{}-{:02}", next(1), month + 1));
                at += 2;
            }
            _ => {
                out.push((*word).to_owned());
                at += 1;
            }
        }
    }
    if at == out.len() { text.to_owned() } else { out.join(" ") }
}

/// Words for what a question asks after without naming it: `who` means a vendor where there are vendors.
pub(super) fn implied(text: &str) -> Vec<&'static str> {
    const IMPLIED: &[(&[&str], &[&str])] = &[
        (
            &["who ", "whom ", "which company", "which companies", "谁", "哪家", "哪些公司", "哪些企业"],
            &["vendor", "厂商"],
        ),
        (
            &["where does", "where is it", "come from", "出处", "来源", "依据"],
            &["source", "said", "来源", "源文"],
        ),
        (&["when ", "什么时候", "何时", "哪天"], &["timeline", "时间"]),
    ];
    let text = format!("{} ", fold(text));
    let found = IMPLIED.iter().filter(|(asked, _)| asked.iter().any(|word| text.contains(word)));
    found.flat_map(|(_, words)| words.iter().copied()).collect()
}

/// A Latin phrase in the singular, where its last word looks like a plural.
pub(super) fn singular(phrase: &str) -> Option<String> {
    let cut = |ending: &str| phrase.strip_suffix(ending).filter(|rest| rest.len() > 2);
    cut("ies").map(|stem| format!("{stem}y")).or_else(|| cut("s").map(str::to_owned))
}

/// Whether two folded words are forms of one: `registered` and `registration`, `policies` and `policy`.
pub(super) fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let shared: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (Some(one), Some(other)) = (a.get(shared..), b.get(shared..)) else { return false };
    if !a.is_ascii() || !b.is_ascii() {
        return false;
    }
    let endings = if shared >= 5 { ENDINGS } else { PLURALS };
    shared >= 3 && endings.contains(&one) && endings.contains(&other)
}

/// Runs of characters of one script: Latin letters and digits, digits alone, Chinese.
fn runs(text: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Script {
        Letters,
        Digits,
        Han,
        None,
    }
    let mut runs: Vec<String> = Vec::new();
    let mut before = Script::None;
    for c in fold(text).chars() {
        let script = match c {
            c if is_han(c) => Script::Han,
            c if c.is_numeric() => Script::Digits,
            c if c.is_alphabetic() => Script::Letters,
            _ => Script::None,
        };
        // `GPT4` and `4o` are words; `2023年` is a number and a word.
        let goes_on = script == before
            || matches!(
                (before, script),
                (Script::Letters, Script::Digits) | (Script::Digits, Script::Letters)
            );
        match runs.last_mut() {
            Some(run) if script != Script::None && before != Script::None && goes_on => run.push(c),
            _ if script != Script::None => runs.push(c.to_string()),
            _ => {}
        }
        before = script;
    }
    runs
}

/// Whether a character is Chinese.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn ends_in_han(text: &str) -> bool {
    text.chars().last().is_some_and(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_match_and_others_do_not() {
        for (a, b) in [
            ("registered", "registration"),
            ("policies", "policy"),
            ("released", "releases"),
            ("vendor", "vendors"),
            ("industries", "industry"),
            ("batches", "batch"),
            ("companies", "company"),
            ("quarterly", "quarter"),
        ] {
            assert!(same_word(a, b), "{a} {b}");
        }
        for (a, b) in
            [("model", "modality"), ("data", "date"), ("part", "party"), ("month", "money"), ("数据", "数")]
        {
            assert!(!same_word(a, b), "{a} {b}");
        }
    }

    #[test]
    fn filler_is_left_out_and_chinese_is_cut_in_pairs() {
        assert_eq!(content("How many models were released per month?"), ["models", "released", "month"]);
        assert_eq!(content("2023年每月发布"), ["2023", "年每", "每月", "月发", "发布"]);
        assert_eq!(content("what is it"), Vec::<String>::new());
    }

    #[test]
    fn phrases_are_words_together_and_parts_of_chinese() {
        let found = phrases("百度的大模型 of the year");
        for phrase in ["百度", "大模型", "the year", "year"] {
            assert!(found.iter().any(|known| known == phrase), "{phrase}: {found:?}");
        }
    }
}
