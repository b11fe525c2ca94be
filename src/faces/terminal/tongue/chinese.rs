//! What baimo says, in Chinese.
//!
//! In: nothing. Out: tables of English templates with their Chinese, a `{}` for each value. A template that the code
//! no longer has is found by `tests/tidy.rs`.

/// English and Chinese.
type Pair = (&'static str, &'static str);

/// Sentences of their own.
pub const SENTENCES: &[&[Pair]] = &[
    LABELS, ANSWERS, REMEDIES, PROMPT, HELP, USAGE, FILES, SAVED, EMPTY, NAMES, CERTAIN, LINTS, CHARTS,
    ENGINE, LISTS,
];

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
    ("the {} patterns before it", "它之前的 {} 个模式"),
    ("no language", "无语言标签"),
    ("a verb", "命令"),
    ("a query", "查询"),
    ("a saved query", "已存查询"),
    ("as many as before", "数量与之前相同"),
    ("{} more than before", "比之前多 {}"),
    ("{} fewer than before", "比之前少 {}"),
    ("this lasts as long as the session", "改动仅在本次会话中有效"),
    ("line {}", "第 {} 行"),
];

const LABELS: &[Pair] =
    &[("error:", "错误："), ("warning:", "警告："), ("note:", "说明："), ("= help:", "= 提示：")];

/// About answers and where they went.
const ANSWERS: &[Pair] = &[
    ("{} so far, not all", "至此 {}，并不完整"),
    ("{}: {} so far, not all", "{}：至此 {}，并不完整"),
    ("wrote {} to {}", "已将 {} 写入 {}"),
    ("wrote the chart to {}", "已将图表写入 {}"),
    ("partial answer: {} rows so far are right, but not all", "答案不完整：已得的 {} 行正确，但还有更多"),
    (
        "partial answer: {} triples so far are right, but not all",
        "答案不完整：已得的 {} 条三元组正确，但还有更多",
    ),
    ("… {} more row, {}", "… 另有 {} 行，{}"),
    ("… {} more rows, {}", "… 另有 {} 行，{}"),
    ("… {} more rows", "… 另有 {} 行"),
    ("… {} more row", "… 另有 {} 行"),
    (".last shows all", ".last 显示全部"),
    ("`-F table` shows the rows too", "加 `-F table` 可同时显示各行"),
    ("`.last` shows the rows", "`.last` 显示各行"),
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
    ("stopped at {} MB of memory", "内存达到 {} MB，已停止"),
    ("stopped by a limit", "达到上限，已停止"),
    ("the answer cannot be written", "无法写出答案"),
    ("is the disk full?", "磁盘是否已满？"),
];

/// What to do: the hints that are data, and those by kind of error.
const REMEDIES: &[Pair] = &[
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
    ("in a clone: {}", "在源码目录中：{}"),
    (
        "load them into a durable store: baimo load --store DIR FILE...",
        "请装入持久存储：baimo load --store 文件夹 文件...",
    ),
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

/// The prompt: its first lines, its commands and their errors.
const PROMPT: &[Pair] = &[
    (".schema shows what is in it", ".schema 列出其中的类与属性"),
    (".queries lists saved queries, .run {} runs one", ".queries 列出已存查询，.run {} 运行其中一个"),
    (
        "Or type SPARQL: no PREFIX needed, Tab completes names and labels",
        "也可输入 SPARQL：不必声明前缀，按 Tab 以名称补全",
    ),
    (".help lists all commands, Ctrl-D leaves", ".help 列出全部命令，Ctrl-D 退出"),
    (".help lists the commands", ".help 列出命令"),
    (
        "the history cannot be written, so it ends with this session",
        "无法写入历史记录，本次会话结束后不再保留",
    ),
    ("{}: is in scope from now on", "前缀 {}: 从现在起可用"),
    ("this declares no prefix", "这里没有声明前缀"),
    ("this terminal cannot be used for a prompt", "此终端无法使用提示符"),
    ("ask with  baimo query 'SELECT ...'", "请改用  baimo query 'SELECT ...'"),
    ("no part of the last query was found to be empty", "上一个查询中没有发现落空的部分"),
    ("no part of the last query was found to be empty", "上一个查询中没有发现落空的部分"),
    ("the graph was changed, and the change ends with this session", "图已改动，而改动在会话结束后不会保留"),
    (
        ".export -o FILE keeps it; to leave without it, leave again",
        ".export -o 文件 可保存；若不保存，请再次退出",
    ),
    ("saved as {}; .run {} runs it", "已存为 {}；用 .run {} 运行"),
    ("{}: {} triples", "{}：{} 条三元组"),
    ("{}, {} triples", "{}，{} 条三元组"),
    (
        "q leaves a pager, and there is none open; .quit leaves baimo",
        "q 用于退出分页器，此刻没有分页器；.quit 退出 baimo",
    ),
    ("taken for the command {}", "视为命令 {}"),
    ("taken for the saved query: {}", "视为已存查询：{}"),
    ("nothing was asked yet", "还没有提过问题"),
    ("type a query first", "请先输入一个查询"),
    ("`{}` is one word too many", "多余的词“{}”"),
    (
        ".last shows the last answer; .last -F csv, .last -o FILE write it",
        ".last 再次显示上一个答案；.last -F csv、.last -o 文件 将其写出",
    ),
    ("which row?", "哪一行？"),
    (".why 1 for the first row, .why empty where there is none", ".why 1 为第一行；没有结果时用 .why empty"),
    ("there is no row {}", "没有第 {} 行"),
    ("the last answer has {}", "上一个答案共有 {} 行"),
    ("which command?", "哪个命令？"),
    ("!ls runs a command of the shell", "!ls 运行系统命令"),
    ("`{}` ended with {}", "“{}”结束：{}"),
    ("`{}` is not a number of seconds", "“{}”不是秒数"),
    ("under which name?", "以什么名称保存？"),
    ("`{}` cannot be the name of a saved query", "“{}”不能作为已存查询的名称"),
    ("letters, digits, - and _ make a name", "名称由字母、数字、- 和 _ 组成"),
    ("there is no folder for your own saved queries", "没有可存放您自己查询的文件夹"),
    ("set XDG_DATA_HOME", "请设置 XDG_DATA_HOME"),
    ("`{}` is taken: {}", "名称“{}”已被占用：{}"),
    (".save --replace {}, or choose another name", ".save --replace {}，或另选名称"),
    ("cannot start `{}`", "无法启动“{}”"),
    ("set EDITOR", "请设置 EDITOR"),
    ("`-` is stdin, which the statements here come from", "`-` 是标准输入，而语句正来自那里"),
    ("name a file", "请指定文件"),
    ("a prefix has a name and an IRI", "前缀由名称与 IRI 组成"),
    ("which file?", "哪个文件？"),
    ("name one; put a name with spaces in quotes", "请指定一个；含空格的名称要加引号"),
    ("`{}` is not a whole number", "“{}”不是整数"),
    ("such as 40; 0 is no limit", "例如 40；0 表示不限"),
    ("`{}` is neither on nor off", "“{}”既不是 on 也不是 off"),
    ("on or off", "on 或 off"),
    ("the labels here are not in `{}`", "此图没有“{}”的标签"),
    ("they are in: {}", "现有语言：{}"),
    ("there is no command `{}`", "没有命令“{}”"),
    ("`{}` could be several commands", "“{}”可能是多个命令"),
    ("there is no suggestion {}", "没有第 {} 条建议"),
    ("type what you are looking for in plain words", "请用日常语言输入要找的内容"),
    ("the last list goes from 1 to {}", "上一个列表的编号为 1 至 {}"),
    (
        "That is not SPARQL. Perhaps one of these; type its number to run it:",
        "这不是 SPARQL。也许是下列之一，输入编号即可运行：",
    ),
    ("What is in the graph: classes and properties", "图中有哪些类与属性"),
    ("All saved queries", "全部已存查询"),
    ("All about {}", "关于“{}”的一切"),
    ("{}: {} statement failed", "{}：{} 条语句失败"),
    ("{}: {} statements failed", "{}：{} 条语句失败"),
    ("each is shown above, with its line", "已在上面逐条列出，并注明行号"),
    ("the statement of line {} is too long", "第 {} 行的语句过长"),
    ("… a query, or Enter keeps the prefixes", "… 接着写查询，或按 Enter 保留这些前缀"),
    ("… {} of line {} is open; {} closes it", "… 第 {2} 行的 {1} 尚未闭合，用 {3} 闭合"),
    ("… a string is open", "… 字符串尚未结束"),
    ("… goes on; Ctrl-C clears", "… 未完；Ctrl-C 清除"),
    ("… Enter runs it", "… 按 Enter 运行"),
    (
        "the last answer has more than {} rows: `_` would be a part of it",
        "上一个答案超过 {} 行：`_` 只会是其中一部分",
    ),
    ("write both queries as one, the first as a subquery", "请合为一个查询，把前一个写成子查询"),
    ("the quotation is not closed: a {} is missing", "引号没有闭合：缺少 {}"),
    ("there are no {} that `_` could stand for", "没有可供 `_` 使用的 {}"),
    ("the rows of a SELECT are `VALUES _` in the next query", "SELECT 的各行在下一个查询中写作 `VALUES _`"),
    (
        "the triples of a CONSTRUCT are `FROM _` and `GRAPH _ { }` in the next query",
        "CONSTRUCT 的三元组在下一个查询中写作 `FROM _` 或 `GRAPH _ { }`",
    ),
];

/// The list of commands.
const HELP: &[Pair] = &[
    (
        "Type a query in SPARQL; no PREFIX is needed. Tab completes; .help keys lists the keys.",
        "直接输入 SPARQL 查询，不必声明前缀。按 Tab 补全；.help keys 列出按键。",
    ),
    ("Asking and exporting, as on the command line", "提问与导出，与命令行相同"),
    (
        "The last answer as part of the next query; .help _ says more",
        "把上一个答案用于下一个查询；详见 .help _",
    ),
    (
        "A name may be cut short: .hel, .maxr. .help NAME says more.",
        "命令名可以缩短：.hel、.maxr。.help 命令名 说明更多。",
    ),
    ("The last query and its answer", "上一个查询及其答案"),
    ("How answers look", "答案的样式"),
    ("Files", "文件"),
    ("The session", "会话"),
    ("Ask a question in SPARQL", "用 SPARQL 查询"),
    ("List, find, show and export the saved queries", "列出、查找、显示、导出已存查询"),
    ("Export the graph, or a part of it, for other tools", "导出图或其中一部分，供其他工具使用"),
    ("Say all that is known about a thing", "列出关于一个事物的全部信息"),
    ("Find things by their names", "按名称查找事物"),
    ("Show the classes and properties that the graph uses", "显示图中用到的类与属性"),
    ("Compare two graphs", "比较两个图"),
    ("Pack a graph into one file that opens at once", "把图打包成一个可即时打开的文件"),
    (
        "Show how a query is answered, step by step, and what in it is probably unintended",
        "逐步说明查询如何得到答案，以及其中可能的疏误",
    ),
    ("Change a graph with SPARQL Update", "用 SPARQL Update 修改图"),
    ("Add files to a store", "把文件加入图中"),
    ("Run a saved query", "运行一个已存查询"),
    ("Show the whole last answer again", "再次完整显示上一个答案"),
    ("Where row N comes from; or why nothing was found", "第 N 行出自何处；或为何没有结果"),
    ("Draw the last answer: bar, line, timeline, graph", "把上一个答案画成图：bar、line、timeline、graph"),
    ("Ask the last query again", "再问一次上一个查询"),
    ("Ask the last query again and again, until Ctrl-C", "反复提问上一个查询，直到 Ctrl-C"),
    ("Open the last query in $EDITOR", "在 $EDITOR 中编辑上一个查询"),
    ("Keep the last query under a name", "把上一个查询存为已存查询"),
    ("The format of answers: table, line, csv, json, ...", "答案的格式：table、line、csv、json 等"),
    ("Show labels in the place of IRIs", "以标签代替 IRI"),
    ("How many rows a table shows; 0 is all", "表格最多显示的行数；0 为全部"),
    ("How wide a table may be; 0 is as wide as the window", "表格的最大宽度；0 为窗口宽度"),
    ("Whether long texts go through $PAGER", "长文本是否经由 $PAGER"),
    ("Whether the line under an answer says the time it took", "答案下方是否显示用时"),
    ("Write the next answer to a file", "下一个答案写入文件"),
    (
        "Write every answer to this file; without one, to the screen again",
        "此后的答案都写入文件；不带文件名则恢复显示",
    ),
    ("Run the statements and commands in a file", "运行文件中的语句与命令"),
    ("Run a command of the shell; !COMMAND is the same", "运行系统命令；亦可写作 !命令"),
    (
        "Open another graph: a folder or a file; without one, the graph built in",
        "打开另一个图：文件夹或文件；不带名称则为内置的图",
    ),
    ("List the prefixes in scope, or add one", "列出可用的前缀，或添加一个"),
    ("Stop queries after this time, such as 2s or 500ms", "查询超过此时间即停止，如 2s 或 500ms"),
    ("List the last N statements", "列出最近的 N 条语句"),
    ("Show the settings", "显示各项设置"),
    ("Print a text", "输出一段文字"),
    ("This list, or what there is to know about one command", "本列表，或某个命令的说明"),
    ("Leave; so do .exit and Ctrl-D on an empty line", "退出；.exit 与空行上的 Ctrl-D 亦可"),
    ("Leave", "退出"),
];

/// The words of a command.
const USAGE: &[Pair] = &[
    ("there is no option `{}` here", "此处没有选项“{}”"),
    ("put the whole query into one pair of quotes", "请把整个查询放进一对引号"),
    ("{} needs a value", "{} 需要一个值"),
    ("`{}` is not a value of {}", "“{1}”不是 {2} 的值"),
    ("{} is given twice", "{} 给了两次"),
    ("{} and {} exclude each other", "{} 与 {} 不能同时使用"),
    ("give one of them", "请只用其中一个"),
    ("{} is missing", "缺少 {}"),
    ("what to do is missing", "没有说明要做什么"),
    ("an argument is not UTF-8 text", "有参数不是 UTF-8 文本"),
    ("usage: {}", "用法：{}"),
    ("`{} --help` says more, with examples", "`{} --help` 有详细说明与示例"),
    ("there is no verb `{}`", "没有命令“{}”"),
    ("`baimo --help` lists the verbs", "`baimo --help` 列出全部命令"),
    ("a query needs a verb before it", "查询之前需要一个命令"),
    ("it takes {}", "可取的值：{}"),
    ("it is a saved query:  {}", "这是一个已存查询：  {}"),
    ("there is no format `{}`", "没有格式“{}”"),
    ("formats of rows: {}", "行的格式：{}"),
    ("formats of graphs: {}", "图的格式：{}"),
    ("-F NAME chooses a format for any file name", "-F 格式名 可为任何文件名指定格式"),
    ("no format ends in .{}: {} would not be what its name promises", "没有以 .{} 结尾的格式：{} 会名不副实"),
    ("{} is a format of graphs; this answer is rows", "{} 是图的格式，而这个答案是行"),
    ("{} is a format of rows; this answer is a graph", "{} 是行的格式，而这个答案是图"),
    ("CONSTRUCT gives a graph", "CONSTRUCT 得到图"),
    ("SELECT gives rows", "SELECT 得到行"),
    ("{}: `{}` is not a time; write it as 2s, 500ms or 1m30s", "{}：“{}”不是时间；请写作 2s、500ms 或 1m30s"),
    ("`{}` is not a time; write it as 2s, 500ms or 1m30s", "“{}”不是时间；请写作 2s、500ms 或 1m30s"),
    ("{}: `{}` is longer than a year; leave it out for no limit", "{}：“{}”超过一年；不设限请省略"),
    ("{}: `{}` is not a size; write it as 500MB or 2GiB", "{}：“{}”不是大小；请写作 500MB 或 2GiB"),
    ("{}: `{}` is not a whole number", "{}：“{}”不是整数"),
    ("this change would be lost: there is no store to keep it", "这一改动不会保留：没有可写入的存储"),
    ("name one with --store DIR", "请用 --store 文件夹 指定"),
    (
        "or have the changed graph written: -o changed.ttl, or -F turtle for stdout",
        "或写出改动后的图：-o changed.ttl，或用 -F turtle 输出到标准输出",
    ),
    ("the query is missing", "缺少查询"),
    ("the query is empty", "查询是空的"),
    (
        "baimo query -f FILE, or  baimo  alone for a prompt",
        "baimo query -f 文件；或只输入  baimo  进入提示符",
    ),
    ("only CONSTRUCT and DESCRIBE give a graph to export", "只有 CONSTRUCT 与 DESCRIBE 得到可导出的图"),
    (
        "`baimo query` and `baimo run` write rows, as csv, json and more",
        "`baimo query` 与 `baimo run` 可写出行：csv、json 等",
    ),
    (
        "{} cannot hold a second answer: a {} file is one document",
        "{} 无法容纳第二个答案：{} 文件只含一个文档",
    ),
    (
        ".output with another name, or one of csv, tsv, jsonl and the like, which take any number",
        "请用 .output 换一个文件名，或改用 csv、tsv、jsonl 等可容纳多个答案的格式",
    ),
];

/// Files: reading and writing.
const FILES: &[Pair] = &[
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
];

/// Saved queries and their parameters.
const SAVED: &[Pair] = &[
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
];

/// Why nothing was found.
const EMPTY: &[Pair] = &[
    ("MINUS takes away all {}", "MINUS 去掉了全部 {}"),
    ("first branch of UNION: {}", "UNION 的第一个分支：{}"),
    ("second branch of UNION: {}", "UNION 的第二个分支：{}"),
    ("VALUES lists no value", "VALUES 没有列出任何值"),
    ("LATERAL finds nothing for any of the {} before it", "LATERAL 对它之前的 {} 都没有找到结果"),
    ("LIMIT 0 shows none of the {}", "LIMIT 0 不显示 {} 中的任何一行"),
    ("OFFSET {} goes past the last of the {}", "OFFSET {} 超过了全部 {}"),
    ("these data have no named graphs: leave the GRAPH clause out", "这些数据没有命名图：请去掉 GRAPH 子句"),
    ("there is no graph {}; the named graphs are {}", "没有图 {}；命名图有 {}"),
    ("no path matches {}", "没有路径符合 {}"),
    ("no triple matches {}", "没有三元组符合 {}"),
    ("{} is not in the graph", "图中没有 {}"),
    ("{} is not in the graph; did you mean {}?", "图中没有 {}；您是否想写 {}？"),
    ("no row matches {} after {} ({})", "{2} 之后（{3}），没有一行符合 {1}"),
    ("did you mean it the other way round: {}?", "方向是否写反了：{}？"),
    (
        "{} links a {} to a {}; did you mean it the other way round: {}?",
        "{} 从 {} 指向 {}；方向是否写反了：{}？",
    ),
    ("{} links a {} to a {}", "{} 从 {} 指向 {}"),
    ("{} links a {} to a {}; {} has {}", "{} 从 {} 指向 {}；{} 有 {}"),
    ("{} itself has no instance, its subclasses have: {}", "{} 本身没有实例，其子类有：{}"),
    ("the data have {} as {}", "数据中的 {2} 是 {1}"),
    ("what {} leads to: {}", "{} 的值有：{}"),
    ("there {} leads to {}", "那里 {} 的值是 {}"),
    (
        "{} is {} in the one and {} in the other: compare with STR()",
        "{} 在一处是 {}，在另一处是 {}：请用 STR() 比较",
    ),
    ("{} drops all {}: {} has no value there", "{} 去掉了全部 {}：{} 在那里没有值"),
    ("{} drops all {}", "{} 去掉了全部 {}"),
    ("{} cannot be computed on any of the {}", "{} 对 {} 都无法计算"),
    (
        "HAVING stands before SELECT and cannot see its names (SPARQL 1.1, section 18.2.4.2): repeat the aggregate in place of {}",
        "HAVING 先于 SELECT 计算，看不到它的名称（SPARQL 1.1 第 18.2.4.2 节）：请在 {} 处重写聚合",
    ),
    ("{} has no value in any of them", "{} 在各行中都没有值"),
    ("the languages of {} are: {}", "{} 的语言有：{}"),
    ("{} is {} there, which is not the same", "那里的 {} 是 {}，两者不同"),
    ("{} is {}, which cannot be compared with {}", "{} 是 {}，无法与 {} 比较"),
];

/// Names that are not there.
const NAMES: &[Pair] = &[
    ("{} is not a class in this graph", "{} 在此图中不是类"),
    ("{} is not a property in this graph", "{} 在此图中不是属性"),
    ("{} does not occur in this graph", "此图中没有 {}"),
    ("names are case-sensitive: did you mean {}?", "名称区分大小写：您是否想写 {}？"),
    (
        "the graph spells it the other way, British or American: did you mean {}?",
        "此图用的是英式或美式的另一种拼写：您是否想写 {}？",
    ),
    (
        "the graph has this word from another vocabulary: did you mean {}?",
        "此图中的这个词来自另一个词汇表：您是否想写 {}？",
    ),
];

/// What can never hold.
const CERTAIN: &[Pair] = &[
    (
        "SERVICE asks another endpoint, and baimo sends no query to any",
        "SERVICE 要查询其他端点，而 baimo 不向任何端点发送查询",
    ),
    ("fetch those data as an RDF file, and ask both together", "请把那些数据取为 RDF 文件，与此图一起查询"),
    ("SERVICE SILENT goes on without them", "SERVICE SILENT 会跳过它们继续执行"),
    (
        "baimo sends no query to other endpoints: this part was passed over",
        "baimo 不向其他端点发送查询：此部分已跳过",
    ),
    ("HAVING cannot see {}: SELECT names it only afterwards", "HAVING 看不到 {}：SELECT 在其后才命名"),
    (
        "write {} in the place of {} (SPARQL 1.1, section 18.2.4.2)",
        "请在 {2} 处写 {1}（SPARQL 1.1 第 18.2.4.2 节）",
    ),
    ("there is no graph {} here", "这里没有图 {}"),
    ("these data have no named graphs: leave FROM out", "这些数据没有命名图：请去掉 FROM"),
    ("the named graphs are {}", "命名图有 {}"),
    ("{} is not a value of {}", "{} 不是 {} 的值"),
    ("a literal like this equals nothing and compares with nothing", "这样的字面量不等于任何值，也无法比较"),
    ("a value looks like {}; this one compares with nothing", "正确的值形如 {}；现在的值无法比较"),
    (
        "{} takes a text, and {} is an IRI: this fails for every row",
        "{} 需要文本，而 {} 是 IRI：每一行都会失败",
    ),
    ("{} adds numbers, but the values of {} are texts", "{} 对数字求和，而 {} 的值是文本"),
    ("{} adds numbers, but {} is an IRI", "{} 对数字求和，而 {} 是 IRI"),
    ("to count them write {}", "若要计数，请写 {}"),
    ("these flags of {} are not valid: {}", "{} 的标志无效：{}"),
    ("the flags are s, m, i, x and q", "标志有 s、m、i、x、q"),
    ("this regular expression is not valid: {}", "正则表达式无效：{}"),
    (
        "the condition fails for every row; to look for a plain text use {}",
        "此条件对每一行都失败；查找普通文本请用 {}",
    ),
    ("write {}", "请写 {}"),
];

/// What is legal and probably not meant.
const LINTS: &[Pair] = &[
    ("two parts of the pattern share no variable", "模式的两个部分没有共同变量"),
    (
        "nothing joins {} and {}: every match of one is paired with every match of the other; is a variable misspelt?",
        "{} 与 {} 之间没有联系：两边的结果会两两组合；是否写错了变量名？",
    ),
    ("{} has no value where this condition stands", "{} 在此条件处没有值"),
    (
        "the condition fails for every row: a FILTER sees only the variables of its own braces",
        "此条件对每一行都失败：FILTER 只看得到自己花括号内的变量",
    ),
    ("an OPTIONAL binds nothing new", "OPTIONAL 没有绑定新的变量"),
    (
        "all of its variables have values before it: it changes nothing",
        "其中的变量此前都已有值，因此它不起作用",
    ),
    ("this regular expression is a plain text", "这个正则表达式只是普通文本"),
    ("{} says the same and is faster", "{} 意思相同，而且更快"),
    ("this text has no language, but the graph's has", "此文本没有语言标签，而图中的有"),
    ("its column will be empty", "这一列会是空的"),
    ("{} is selected, but occurs nowhere in the pattern", "选取了 {}，但模式中没有它"),
    ("LIMIT without ORDER BY", "有 LIMIT 而没有 ORDER BY"),
    (
        "which rows come is left to chance; add ORDER BY for the same ones each time",
        "得到哪些行并不确定；加 ORDER BY 可保证每次相同",
    ),
    ("{} is used only here", "{} 只在此处出现"),
    ("if only its presence matters, `[]` says so", "若只关心其存在，可写 `[]`"),
    (
        "did you mean {}? If only its presence matters, `[]` says so",
        "您是否想写 {}？若只关心其存在，可写 `[]`",
    ),
    (
        "this is the plan: nothing was run; --run measures each step",
        "以上是执行计划，查询并未运行；--run 可测量每一步",
    ),
    ("{}: the figures are of the part that was done", "{}：数字只涵盖已完成的部分"),
    ("nothing in this query looks slow or unintended", "此查询看来既不慢，也没有疏误"),
];

/// Drawings.
const CHARTS: &[Pair] = &[
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
];

/// Notes of the evaluation.
const ENGINE: &[Pair] = &[
    ("the regular expression \"{}\" is an error: {}", "正则表达式 \"{}\" 有误：{}"),
    ("the function {} is unknown: its value is an error", "未知函数 {}：其值为错误"),
    (
        "{} is unbound in {} group: {} solutions have an error or a value that it does not take",
        "{} 在 {} 个分组中没有值：{} 个解出错，或其值不适用",
    ),
    (
        "{} is unbound in {} groups: {} solutions have an error or a value that it does not take",
        "{} 在 {} 个分组中没有值：{} 个解出错，或其值不适用",
    ),
    (
        "{} is unbound in {} group: 1 solution has an error or a value that it does not take",
        "{} 在 {} 个分组中没有值：有 1 个解出错，或其值不适用",
    ),
    (
        "{} is unbound in {} group: some solutions have an error or a value that it does not take",
        "{} 在 {} 个分组中没有值：有的解出错，或其值不适用",
    ),
    (
        "a text of more than {} MiB was not made: its value is an error",
        "超过 {} MiB 的文本不予生成：其值为错误",
    ),
];

/// Lists that baimo makes itself.
const LISTS: &[Pair] = &[
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
