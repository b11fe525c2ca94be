//! What is said of answers, files, saved queries and drawings, in Chinese.
//!
//! In: nothing. Out: tables. Names of formats, options and commands stay as they are typed.

use super::Pair;

/// What stands before a message.
pub const LABELS: &[Pair] =
    &[("error:", "错误："), ("warning:", "警告："), ("note:", "说明："), ("= help:", "= 提示：")];

/// About answers and where they went.
pub const ANSWERS: &[Pair] = &[
    ("{} so far, not all", "至此 {}，并不完整"),
    ("{}: {} so far, not all", "{}：至此 {}，并不完整"),
    ("wrote {} to {}", "已将 {} 写入 {}"),
    ("wrote a chart of {} to {}", "已将 {} 画成图表，写入 {}"),
    ("wrote the chart to {}", "已将图表写入 {}"),
    (
        "partial answer: {} rows were found before it stopped; there may be more",
        "答案不完整：已得的 {} 行正确，但可能还有更多",
    ),
    (
        "partial answer: {} triples were found before it stopped; there may be more",
        "答案不完整：已得的 {} 条三元组正确，但可能还有更多",
    ),
    ("what was found is in {}; {} is as it was", "已得的结果在 {} 中；{} 保持原样"),
    ("… {} more row, {}", "… 另有 {} 行，{}"),
    ("… {} more rows, {}", "… 另有 {} 行，{}"),
    ("… {} more rows", "… 另有 {} 行"),
    ("… {} more triples", "… 另有 {} 条三元组"),
    ("… {} more triple", "… 另有 {} 条三元组"),
    (
        "{} more triples were found and are not written: in this format each has its place among all others",
        "另有 {} 条已得的三元组未写出：在此格式中，每条三元组的位置取决于其余全部",
    ),
    ("… {} more row", "… 另有 {} 行"),
    (".last shows all", ".last 显示全部"),
    ("`-F table` shows the rows too", "加 `-F table` 可同时显示各行"),
    ("`.last` shows the rows", "`.last` 显示各行"),
    ("{} triple, {}", "{} 条三元组，{}"),
    ("{} triple, {}; this lasts as long as the session", "{} 条三元组，{}；改动仅在本次会话中有效"),
    ("{} triples, {}", "{} 条三元组，{}"),
    ("{} triples, {}; this lasts as long as the session", "{} 条三元组，{}；改动仅在本次会话中有效"),
    ("the two are the same: {} triples", "两者相同：{} 条三元组"),
    ("the graphs differ: {} removed, {} added, {} in both", "两图不同：减少 {} 条，增加 {} 条，共有 {} 条"),
    ("it is mentioned more often: {} mentions are shown", "提及之处不止这些：此处显示 {} 处"),
    ("nothing here is called `{}`, nor anything like it", "图中没有名为“{}”或与之相近的事物"),
    ("no class or property here has `{}` in its name or label", "没有名称或标签含“{}”的类或属性"),
    ("{} has no comments: it is written without a header", "{} 没有注释语法，因此不写说明头"),
    (
        "{} keeps no named graphs: all triples are written as one graph",
        "{} 不保留命名图：所有三元组写入同一个图",
    ),
    (
        "trig, nquads and jsonld keep them; --graph IRI takes one",
        "trig、nquads 与 jsonld 保留命名图；--graph IRI 只取其一",
    ),
    ("interrupted", "已中断"),
    ("stopped after {} s", "超过 {} 秒，已停止"),
    ("stopped after {}", "达到上限 {}，已停止"),
    ("stopped at {} of memory", "内存达到 {}，已停止"),
    ("stopped by a limit", "达到上限，已停止"),
    ("too much work that was stopped has not come to its end", "已停止的工作尚未全部结束，数量过多"),
    ("try again in some seconds", "请过几秒再试"),
    ("the answer cannot be written", "无法写出答案"),
    ("is the disk full?", "磁盘是否已满？"),
    ("Space shows more, q leaves", "按空格翻页，按 q 退出"),
    ("nothing in the graph stands behind it: it is computed", "图中没有它所依据的三元组：它是算出来的"),
];

/// What to do: the hints that are data, and those by kind of error.
pub const REMEDIES: &[Pair] = &[
    (
        "`baimo schema` lists the classes and properties; `baimo queries` has queries that work",
        "`baimo schema` 列出类与属性；`baimo queries` 列出可用的查询",
    ),
    (
        ".schema lists the classes and properties; .queries has queries that work",
        ".schema 列出类与属性；.queries 列出可用的查询",
    ),
    (
        "`baimo --help` shows the verbs, `baimo VERB --help` one of them with examples",
        "`baimo --help` 列出各命令，`baimo VERB --help` 说明其中一个并附示例",
    ),
    (
        ".help lists the commands, .help NAME says more about one",
        ".help 列出全部命令，.help 命令名 说明其中一个",
    ),
    ("nothing was changed; mend this and try again", "未作任何改动；请改正后重试"),
    (
        "check that the folder exists, that you may write there, and that nobody else has it open",
        "请确认文件夹存在、可写，且未被其他进程占用",
    ),
    ("raise the limit, or ask for less, for instance with LIMIT", "请提高上限，或缩小查询范围，例如加 LIMIT"),
    ("raise --timeout, or ask for less", "请提高 --timeout，或缩小查询范围"),
    ("raise .timeout, or ask for less", "请提高 .timeout，或缩小查询范围"),
    ("raise --max-rows, or add LIMIT to the query", "请提高 --max-rows，或在查询中加 LIMIT"),
    ("raise --max-memory, or ask for less", "请提高 --max-memory，或缩小查询范围"),
    (
        "`.query --max-rows N` allows more; or add LIMIT to the query",
        "`.query --max-rows N` 可放宽上限；或在查询中加 LIMIT",
    ),
    (
        "`.query --max-memory SIZE` allows more; or ask for less",
        "`.query --max-memory 大小` 可放宽上限；或缩小查询范围",
    ),
    ("to ask a graph in a file:  {}", "查询文件中的图：  {}"),
    ("at the prompt:  {}", "进入提示符：  {}"),
    ("to ask the query in it:  {}", "运行其中的查询：  {}"),
    ("to carry out the update in it:  {}", "执行其中的更新：  {}"),
    (
        "load them into a durable store: baimo load --store DIR FILE...",
        "请装入持久存储：baimo load --store 文件夹 文件...",
    ),
    ("{} makes one", "{} 会建立一个"),
    ("LOAD it without INTO, or add it with {}", "LOAD 时去掉 INTO，或用 {} 添加"),
    (
        "the named graphs have it: put it in GRAPH ?g { … }, or use --default-graph union",
        "命名图中有：放入 GRAPH ?g { … }，或使用 --default-graph union",
    ),
    (
        "the named graphs have it: put it in GRAPH ?g { … }, or start baimo with --default-graph union",
        "命名图中有：放入 GRAPH ?g { … }，或启动 baimo 时加 --default-graph union",
    ),
    (
        "`baimo queries` lists them, `baimo queries WORD` finds some",
        "`baimo queries` 列出全部，`baimo queries 词` 查找",
    ),
    ("`.queries` lists them, `.queries WORD` finds some", "`.queries` 列出全部，`.queries 词` 查找"),
    ("`baimo queries` lists all", "`baimo queries` 列出全部"),
    ("`.queries` lists all", "`.queries` 列出全部"),
    ("`baimo search WORD` finds things by parts of their names", "`baimo search 词` 按名称的一部分查找事物"),
    ("`.search WORD` finds things by parts of their names", "`.search 词` 按名称的一部分查找事物"),
    ("`{}` takes the query without this word", "`{}` 之后直接写查询，不需要这个词"),
    (
        "only the first {} names of this graph were read: a thing may be there all the same; ask by its IRI",
        "只读取了图中前 {} 个名称，事物仍可能存在；请用 IRI 查询",
    ),
    ("a saved query is run with `{}`", "已存查询用 `{}` 运行"),
    ("a saved query is run with `{}`, a command begins with a dot", "已存查询用 `{}` 运行，命令以点号开头"),
    ("add --{} VALUE", "请加 --{} 值"),
    ("for example --{} {}", "例如 --{} {}"),
    ("`baimo schema` lists the classes and properties", "`baimo schema` 列出类与属性"),
    ("`.schema` lists the classes and properties", "`.schema` 列出类与属性"),
    ("did you mean {}?", "您是否想写 {}？"),
    ("choose another file", "请换一个文件"),
];

/// Files: reading and writing.
pub const FILES: &[Pair] = &[
    ("{} is a graph, not a query", "{} 是图，不是查询"),
    ("{} is not a query", "{} 不是查询"),
    (
        "a query is a text in SPARQL; its file usually ends in .rq",
        "查询是 SPARQL 文本，文件名通常以 .rq 结尾",
    ),
    ("`{}` is a folder, not {}", "“{}”是文件夹，不是{}"),
    ("`{}` is a file, not {}", "“{}”是文件，不是{}"),
    ("go there, and baimo opens its graph:  {}", "进入该文件夹，baimo 即打开其中的图：  {}"),
    ("there is no file {}", "没有文件 {}"),
    ("check its name and folder", "请检查文件名与所在文件夹"),
    ("check the name", "请检查名称"),
    (
        "a graph is read from Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD",
        "图可从 Turtle、N-Triples、N-Quads、TriG、RDF/XML 或 JSON-LD 读取",
    ),
    ("{} is a SPARQL query, not a graph", "{} 是 SPARQL 查询，不是图"),
    ("{} is a SPARQL update, not a graph", "{} 是 SPARQL 更新，不是图"),
    ("{} is a table, not RDF", "{} 是表格，不是 RDF"),
    ("{} is a web page (HTML), not RDF", "{} 是网页（HTML），不是 RDF"),
    ("cannot read {}", "无法读取 {}"),
    ("cannot read {}: it is a folder", "无法读取 {}：它是文件夹"),
    ("cannot read {}: no such file or directory", "无法读取 {}：没有这个文件"),
    ("cannot read {}: permission denied", "无法读取 {}：没有权限"),
    ("name a file in it", "请指定其中的文件"),
    ("name a file in it, as in  answer.csv", "请指定其中的文件，如  answer.csv"),
    ("cannot open {}", "无法打开 {}"),
    ("cannot write {}", "无法写入 {}"),
    ("cannot write {}: it is a folder", "无法写入 {}：它是文件夹"),
    ("cannot write {}: no such file or directory", "无法写入 {}：没有这个文件夹"),
    ("cannot write {}: permission denied", "无法写入 {}：没有权限"),
    ("{} is a directory, not a file", "{} 是文件夹，不是文件"),
    ("to read all Turtle files in it: {}", "读取其中全部 Turtle 文件：{}"),
    ("no file fits `{}`", "没有文件符合“{}”"),
    ("no permission to read {}", "没有读取 {} 的权限"),
    ("save it as UTF-8", "请存为 UTF-8"),
    ("{} is broken: {}", "{} 有误：{}"),
    ("{}: line {} is not UTF-8 text", "{}：第 {} 行不是 UTF-8 文本"),
    ("is it a data file? then name it with --data", "若是数据文件，请用 --data 指定"),
    ("save it as UTF-8; is it a text at all?", "请存为 UTF-8；它是文本吗？"),
    ("{} is not UTF-8 text: line {} has an invalid byte", "{} 不是 UTF-8 文本：第 {} 行有无效字节"),
    ("{} is too long for a query: over {} MB", "{} 作为查询过长：超过 {} MB"),
    ("{} is there already", "{} 已存在"),
    ("nothing was changed; choose a new folder, as in  {}", "未作任何改动；请换一个新文件夹，如  {}"),
    (
        "{} is a graph now: an ontology, data, saved queries, tests",
        "{} 现在是一个图：本体、数据、已存查询、测试",
    ),
    ("try:  {}", "试试：  {}"),
    ("choose a folder in which you may write", "请选择可写的文件夹"),
];

/// Saved queries and their parameters.
pub const SAVED: &[Pair] = &[
    ("there is no saved query `{}`", "没有名为“{}”的已存查询"),
    ("this graph has no saved queries", "此图没有已存查询"),
    ("no saved query has `{}` in its name, tags or summary", "没有名称、标签或摘要含“{}”的已存查询"),
    ("the name of the saved query is missing", "缺少已存查询的名称"),
    ("`{}` shows what it takes", "`{}` 说明可用的参数"),
    ("`{}` is one word too many for `{}`", "对“{2}”而言，“{1}”是多余的词"),
    ("put a value of several words into quotes", "含空格的值请加引号"),
    ("the parameter `{}` is given twice", "参数“{}”给了两次"),
    ("give it once", "请只给一次"),
    ("`{}` is not a parameter", "“{}”不是参数"),
    ("write it as name=value", "请写作 名称=值"),
    ("`{}` has no parameter `{}`", "“{}”没有参数“{}”"),
    ("`{}` needs a value for `{}`", "“{}”需要参数“{}”的值"),
    ("`{}` takes a value of type {}, not `{}`", "“{}”的值应为 {} 类型，而不是“{}”"),
    ("`{}` takes a language tag such as zh or en, not `{}`", "“{}”应为 zh、en 这样的语言标签，而不是“{}”"),
    ("`{}` cannot be `{}`", "“{}”不能是“{}”"),
    ("it is one of {}", "可取的值：{}"),
    ("`{}`: no `{}` is called `{}` in this graph", "“{1}”：此图中没有名为“{3}”的 {2}"),
    ("`{}`: no thing is called `{}` in this graph", "“{}”：此图中没有名为“{}”的事物"),
    ("`{}` names {} things; `{}` takes one", "“{}”对应 {} 个事物，而“{}”只取一个"),
    ("say which: {}", "请指明：{}"),
    ("`{}` is the name of {} things", "“{}”是 {} 个事物的名称"),
    ("choose one: {}", "请选择其一：{}"),
    ("nothing here is called `{}`", "图中没有名为“{}”的事物"),
    ("`{}` is not an IRI", "“{}”不是 IRI"),
    ("write https://..., or a prefixed name such as  {}", "请写 https://...，或带前缀的名称，如  {}"),
    ("this is not SPARQL, and no saved query fits it", "这不是 SPARQL，也没有合适的已存查询"),
    ("this is not SPARQL", "这不是 SPARQL"),
    ("`{}` is a saved query that takes `--{}`", "“{}”是接受 `--{}` 的已存查询"),
    ("parameter `{}` has the unknown type `{}`", "参数“{}”的类型“{}”不存在"),
    ("the name is not UTF-8 text", "名称不是 UTF-8 文本"),
];

/// Drawings.
pub const CHARTS: &[Pair] = &[
    ("there is no chart {}", "没有图表 {}"),
    ("charts are: bar, line, timeline, graph, table", "图表有：bar、line、timeline、graph、table"),
    ("there is no view {} here; shown as a table", "没有视图 {}；以表格显示"),
    ("yes or no cannot be drawn", "“是”或“否”无法画成图表"),
    ("ask a SELECT or a CONSTRUCT", "请用 SELECT 或 CONSTRUCT"),
    ("this answer has no column {}", "此答案没有列 {}"),
    ("its columns are: {}", "各列为：{}"),
    ("a {} chart needs a column of numbers; this answer has none", "{} 图需要一列数字，而此答案没有"),
    ("a timeline needs a column of dates; this answer has none", "时间轴需要一列日期，而此答案没有"),
    (
        "dates are xsd:date, xsd:dateTime, xsd:gYearMonth or xsd:gYear",
        "日期为 xsd:date、xsd:dateTime、xsd:gYearMonth 或 xsd:gYear",
    ),
    (
        "count or add something up: SELECT ?x (COUNT(*) AS ?count) { ... } GROUP BY ?x",
        "请计数或求和：SELECT ?x (COUNT(*) AS ?count) { ... } GROUP BY ?x",
    ),
    ("a chart needs numbers; column {} has none", "图表需要数字，而列 {} 没有"),
    (
        "a graph needs two columns of things (IRIs); this answer has fewer",
        "关系图需要两列事物（IRI），而此答案不足",
    ),
    ("a {} chart needs a column of numbers; this answer has no rows", "{} 图需要一列数字，而此答案没有行"),
    ("a timeline needs a column of dates; this answer has no rows", "时间轴需要一列日期，而此答案没有行"),
];

/// Lists that baimo makes itself.
pub const LISTS: &[Pair] = &[
    (
        "`baimo run NAME` runs one, `baimo run NAME --help` shows what it takes, `baimo queries WORD` finds some. In a pager Space shows more and q leaves.",
        "`baimo run 名称` 运行其中一个，`baimo run 名称 --help` 说明其参数，`baimo queries 词` 查找。在分页器中按空格翻页，按 q 退出。",
    ),
    (
        "`.run NAME` runs one, `.run NAME --help` shows what it takes, `.queries WORD` finds some. In a pager Space shows more and q leaves.",
        "`.run 名称` 运行其中一个，`.run 名称 --help` 说明其参数，`.queries 词` 查找。在分页器中按空格翻页，按 q 退出。",
    ),
    ("Mentioned {} time", "被提及 {} 次"),
    ("Mentioned {} times", "被提及 {} 次"),
    ("is a {}", "类型：{}"),
    ("… and {} more", "… 另有 {} 个"),
    ("… and {} others", "… 另有 {} 个"),
    ("… and {} or more others", "… 另有 {} 个以上"),
];

/// Words of drawings, and of lists of what is in a graph.
pub const DRAWN: &[Pair] = &[
    ("{} by {}", "{}（按 {}）"),
    ("Timeline", "时间轴"),
    ("Graph", "关系图"),
    ("{} things and {} links", "{} 个事物，{} 条联系"),
    ("J F M A M J J A S O N D ", "1   3   5   7   9   11  "),
    ("{} triples, {} classes", "{} 条三元组，{} 个类"),
    ("{} triples, {} classes (counts are of a part of it)", "{} 条三元组，{} 个类（只统计了一部分）"),
    ("graph {}  {} triples", "图 {}  {} 条三元组"),
    ("(no class)", "（无类）"),
    ("e.g. {}", "如 {}"),
    ("… and more", "… 另有"),
    (", in {}", "，见 {}"),
    ("said by {}: {}", "依据 {}：{}"),
];

/// Columns of lists that baimo makes itself.
pub const HEADINGS: &[Pair] = &[
    ("name", "名称"),
    ("summary", "摘要"),
    ("parameters", "参数"),
    ("tags", "标签"),
    ("thing", "事物"),
    ("label", "标签"),
    ("class", "类"),
    ("property", "属性"),
    ("values", "取值"),
    ("count", "数量"),
    ("number", "编号"),
    ("added", "添加"),
    ("removed", "删去"),
    ("what", "内容"),
    ("value", "值"),
    ("triples", "三元组"),
    ("named graphs", "命名图"),
    ("terms", "项"),
    ("transactions", "事务"),
    ("last transaction", "最近的事务"),
    ("not in the pack yet", "尚未进入图包"),
    ("pack", "图包"),
    ("journal", "日志"),
    ("past journals", "过往日志"),
    ("last merge", "最近一次合并"),
    ("store", "存储"),
];
