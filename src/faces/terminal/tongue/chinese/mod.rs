//! What baimo says, in Chinese.
//!
//! In: nothing. Out: tables of English templates with their Chinese, a `{}` for each value. A template that the code
//! no longer has is found by `tests/tidy.rs`.

// Queries that find nothing, or not what was meant.
mod advice;
// Answers, files, saved queries, drawings.
mod answers;
// Planning, evaluation, writing.
mod engine;
// Updates of files.
mod folder;
// The help of verbs, options and commands.
mod help;
// The prompt and the command line.
mod prompt;
// Readers of JSON-LD and RDF/XML.
mod readers;
// What is made of common words.
mod remedies;
// Readers of files, and stores.
mod sources;
// Broken queries.
mod syntax;

/// English and Chinese.
type Pair = (&'static str, &'static str);

/// Sentences of their own.
pub const SENTENCES: &[&[Pair]] = &[
    answers::LABELS,
    answers::ANSWERS,
    answers::REMEDIES,
    answers::FILES,
    answers::SAVED,
    answers::CHARTS,
    answers::LISTS,
    advice::EMPTY,
    advice::NAMES,
    advice::CERTAIN,
    advice::LINTS,
    engine::ENGINE,
    engine::PATTERNS,
    engine::WRITING,
    folder::FOLDER,
    help::PAGE,
    help::VERBS,
    help::OPTIONS,
    help::DETAILS,
    prompt::PROMPT,
    prompt::HELP,
    prompt::USAGE,
    readers::READERS,
    remedies::REMEDIES,
    sources::SOURCES,
    syntax::SYNTAX,
];

/// Words that stand alone, and mean something else elsewhere: they are put into Chinese only where it is known what
/// they are.
pub const WORDS: &[&[Pair]] =
    &[help::VALUES, engine::PLAN, engine::SETTINGS, answers::DRAWN, answers::HEADINGS, sources::STEPS];

/// Sentences of so few letters that all others are tried before them.
pub const LOOSE: &[Pair] = &[("{} has {}", "{} 有 {}"), ("{} is {}", "{} 是 {}")];

/// Parts of sentences, and what stands between the `·` of a line.
pub const PARTS: &[Pair] = &[
    ("yes", "是"),
    ("no", "否"),
    ("on", "开"),
    ("off", "关"),
    ("auto", "自动"),
    ("the screen", "屏幕"),
    ("{} row", "{} 行"),
    ("{} rows", "{} 行"),
    ("{} rows and more", "{} 行以上"),
    ("{} triple", "{} 条三元组"),
    ("{} triples", "{} 条三元组"),
    ("{} file", "{} 个文件"),
    ("{} files", "{} 个文件"),
    ("a new blank node", "新的空白节点"),
    ("{} answer", "{} 个答案"),
    ("{} answers", "{} 个答案"),
    ("{} thing", "{} 个事物"),
    ("{} things", "{} 个事物"),
    ("{} saved query", "{} 个已存查询"),
    ("{} saved queries", "{} 个已存查询"),
    ("{} ms", "{} 毫秒"),
    ("{} µs", "{} 微秒"),
    ("{} s", "{} 秒"),
    ("{} min {} s", "{} 分 {} 秒"),
    ("{}, and {} more", "{}，另有 {} 个"),
    ("{} or {}", "{} 或 {}"),
    ("{} of {}", "{2}的{1}"),
    ("the {} patterns before it", "它之前的 {} 个模式"),
    ("no language", "无语言标签"),
    ("a verb", "命令"),
    ("the condition of {} in parentheses", "括号中的 {} 条件"),
    ("an operator or `)`", "运算符或 `)`"),
    ("a variable", "变量"),
    ("a name", "名称"),
    ("a triple term", "三元组项"),
    ("a value: a variable, a name, a number, a string or a function", "值：变量、名称、数字、字符串或函数"),
    ("a variable, the only thing that BOUND takes", "变量（BOUND 只接受变量）"),
    ("`AS` and a name for this column", "`AS` 与列名"),
    ("the name of this column, a variable", "列名（变量）"),
    ("what to group by, a variable", "分组依据（变量）"),
    ("a name, a variable", "名称（变量）"),
    ("a group in braces: {}", "花括号中的一组：{}"),
    ("a triple or `}`", "三元组或 `}`"),
    ("an IRI or a variable", "IRI 或变量"),
    ("`AS` and a variable", "`AS` 与变量"),
    ("the variable that gets the value", "被赋值的变量"),
    ("a triple: subject, predicate, object", "三元组：主语、谓语、宾语"),
    ("a dot, `;`, `,` or `}` after the triple", "三元组之后的点号、`;`、`,` 或 `}`"),
    ("an object: a variable, a name, or a value", "宾语：变量、名称或值"),
    ("a predicate: a variable, a name, or a path", "谓语：变量、名称或路径"),
    ("a path", "路径"),
    ("a variable, or variables in parentheses", "变量，或括号中的多个变量"),
    ("the values in braces: {}", "花括号中的各值：{}"),
    ("a value or `}`", "值或 `}`"),
    ("a value or `)`", "值或 `)`"),
    ("a value: a name, a string, a number", "值：名称、字符串、数字"),
    ("triples in braces: {}", "花括号中的三元组：{}"),
    ("the IRI of a graph", "图的 IRI"),
    ("a variable, `*`, or {}", "变量、`*` 或 {}"),
    ("the triples to make in `{ }`, or WHERE", "`{ }` 中要生成的三元组，或 WHERE"),
    ("the thing to describe: an IRI, a prefixed name or a variable", "要描述的事物：IRI、带前缀的名称或变量"),
    ("a thing", "事物"),
    ("the pattern: {}", "模式：{}"),
    ("`BY` after GROUP", "GROUP 之后的 `BY`"),
    ("`BY` after ORDER", "ORDER 之后的 `BY`"),
    ("what to order by: a variable, {}", "排序依据：变量、{}"),
    ("a whole number after {}", "{} 之后的整数"),
    ("the end", "结尾"),
    ("a space", "空格"),
    ("a prefix with its colon, such as {}", "带冒号的前缀，如 {}"),
    ("the namespace of the prefix, in `<` and `>`", "`<` 与 `>` 中的命名空间"),
    ("a query", "查询"),
    ("a saved query", "已存查询"),
    ("as many as before", "数量与之前相同"),
    ("{} more than before", "比之前多 {}"),
    ("{} fewer than before", "比之前少 {}"),
    ("this lasts as long as the session", "改动仅在本次会话中有效"),
    ("line {}", "第 {} 行"),
    ("the base in `<...>`", "`<...>` 中的基准"),
    ("the version in quotes, such as {}", "引号中的版本，如 {}"),
    ("a name after `!`: only names can be excluded", "`!` 之后的名称：只能排除名称"),
    ("a datatype, such as xsd:date", "数据类型，如 xsd:date"),
    ("the separator in quotes", "引号中的分隔符"),
    ("the IRI to load", "要装入的 IRI"),
    ("{} in the graph at hand", "{}，当前图"),
    ("another process", "另一个进程"),
    ("{} byte", "{} 字节"),
    ("{} bytes", "{} 字节"),
    ("{} transaction", "{} 个事务"),
    ("{} transactions", "{} 个事务"),
    ("{} change", "{} 处改动"),
    ("{} changes", "{} 处改动"),
    ("never", "从未"),
    ("{} so far", "至此 {} 行"),
    ("Ctrl-C stops", "按 Ctrl-C 停止"),
    ("about {} left", "约剩 {}"),
    ("{} min", "{} 分钟"),
];
