//! What is said about queries, saved queries and answers that go wrong, in Chinese: the sentences that are made of common words.
//!
//! In: nothing. Out: one table. It keeps templates of few words in other tables from being taken for these sentences.

use super::Pair;

/// What is missing, and what to write instead.
pub const REMEDIES: &[Pair] = &[
    // Queries.
    ("add at the top: PREFIX {}: <...>, with its namespace", "请在开头加：PREFIX {}: <...>，写上其命名空间"),
    ("write `,` instead of `;`", "请把 `;` 改为 `,`"),
    ("a backslash can stand only within a string or a name", "反斜线只能出现在字符串或名称中"),
    ("write it as `%{}`, or remove it", "请写作 `%{}`，或删去"),
    ("write the character itself; every text is UTF-8", "请直接写该字符；文本均为 UTF-8"),
    ("expected `BY` after {}, found `{}`", "{} 之后应为 `BY`，而写的是 `{}`"),
    (
        "a path is made of names: `rdfs:label`, `^`, `/`, `|`, `*`, `+`, `?`",
        "路径由名称组成：`rdfs:label`、`^`、`/`、`|`、`*`、`+`、`?`",
    ),
    ("use `*`, `+` or `?`, or write the steps out: `p/p/p`", "请用 `*`、`+` 或 `?`，或逐步写出：`p/p/p`"),
    ("write `?x a bm:Thing`, with the class", "请写 `?x a bm:Thing`，写明类"),
    (
        "a thing is found by its label: `DESCRIBE ?x WHERE { ?x rdfs:label ?label FILTER(STR(?label) = \"...\") }`",
        "事物可按标签查找：`DESCRIBE ?x WHERE { ?x rdfs:label ?label FILTER(STR(?label) = \"...\") }`",
    ),
    ("to see what is known of it: `DESCRIBE {}`", "要查看关于它的信息：`DESCRIBE {}`"),
    ("a member of the list, or `)`", "列表的成员，或 `)`"),
    ("put {} at the end of the triple before it ({})", "请把 {} 放在前一个三元组（{}）的末尾"),
    ("the object of the quoted triple", "引用三元组的宾语"),
    ("the subject of the quoted triple", "引用三元组的主语"),
    ("use a variable and WHERE", "请用变量与 WHERE"),
    ("use a variable instead: `?{}`", "请改用变量：`?{}`"),
    ("`;` and another operation, or the end", "`;` 与下一个操作，或结尾"),
    (
        "an update begins with INSERT, DELETE, LOAD, CLEAR or another operation",
        "更新以 INSERT、DELETE、LOAD、CLEAR 或其他操作开头",
    ),
    ("write `;` before it", "请在它之前写 `;`"),
    ("each row of VALUES stands in parentheses", "VALUES 的每一行都要写在圆括号中"),
    ("expected a value, found `{}`", "此处应为值，而写的是 `{}`"),
    ("write UNDEF for no value", "没有值时请写 UNDEF"),
    ("write UNDEF where there is none", "没有值处请写 UNDEF"),
    ("write `{}`, or compare `STR(?x)`", "请写 `{}`，或比较 `STR(?x)`"),
    (", and became part of the name", "，成了名称的一部分"),
    ("the default graph has it: take it out of the GRAPH clause", "默认图中有：请把它移出 GRAPH 子句"),
    // Saved queries.
    ("a list, or words with commas between them", "列表，或以逗号分隔的词"),
    ("names with what is said of each", "各名称及其说明"),
    (
        "quote texts that contain `: ` or start with a special character: summary: \"...\"",
        "含有 `: ` 或以特殊字符开头的文本请加引号：`summary: \"...\"`",
    ),
    ("the header of `{}` cannot be read: {}", "无法读取“{}”的头部：{}"),
    (
        "types are string, lang, iri, label, and those of XML Schema: integer, date, gYearMonth, ...",
        "类型有 `string`、`lang`、`iri`、`label`，以及 XML Schema 的 `integer`、`date`、`gYearMonth` 等",
    ),
    ("it takes none", "它不取任何值"),
    ("the list of allowed values is not a SELECT", "允许值的列表不是 SELECT"),
    // Formats and charts.
    ("write trig, nquads or jsonld, which keep named graphs", "请用保留命名图的 trig、nquads 或 jsonld"),
    ("its predicate is a part of the syntax", "其谓语属于语法本身"),
    ("write turtle or ntriples, which can", "请用可以容纳它的 turtle 或 ntriples"),
    ("cannot write the graph", "无法写出此图"),
    ("write it as json, csv or tsv", "请写成 json、csv 或 tsv"),
    // Plans and updates.
    ("a computed column where one of numbers was asked for", "需要编号列，而得到的是计算列"),
    ("join the parts of the query by a common variable", "请用共同的变量连接查询的各部分"),
    (
        "get the data of that endpoint and load them, or pass over it with SERVICE SILENT",
        "请取得该端点的数据并装入，或用 SERVICE SILENT 略过",
    ),
    ("the file to load holds a graph of its own, {}", "要装入的文件自带一个图 {}"),
    ("the pattern of the update has no solutions", "更新的模式没有解"),
    (
        "too many blank nodes of this graph look alike for the canonical form of RDFC-1.0",
        "此图中相似的空白节点过多，无法按 RDFC-1.0 求规范形式",
    ),
    // The command line.
    ("leave out one of the two", "请去掉两者之一"),
    ("two graphs are named: {} is one of them", "指定了两个图：{} 是其中之一"),
    ("cannot write into {}", "无法写入 {}"),
    ("name a file, or a folder that `baimo init` would make", "请指定文件，或 `baimo init` 所建的文件夹"),
];
