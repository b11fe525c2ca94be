//! The help of verbs, options and commands, in Chinese.
//!
//! In: nothing. Out: tables. Examples are typed as they are, and so are the names of options and formats.

use super::Pair;

/// Words that a page of help is made of.
pub const PAGE: &[Pair] = &[
    ("Usage:", "用法："),
    ("[OPTIONS]", "[选项]"),
    ("Verbs:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Parameters:", "参数："),
    ("Which graph is asked:", "查询哪个图："),
    ("How much it may take:", "用量上限："),
    ("How the answer looks:", "答案的样式："),
    ("Examples:", "示例："),
    ("[default: {}]", "[默认：{}]"),
    ("[values: {}]", "[可取：{}]"),
    ("[required]", "[必填]"),
    ("[a {}, by IRI, prefixed name or label]", "[{}，用 IRI、带前缀的名称或标签指定]"),
    ("Print help", "显示帮助"),
    ("Print help (see more with '--help')", "显示帮助（'--help' 更详细）"),
    ("Print help (see a summary with '-h')", "显示帮助（'-h' 为摘要）"),
    ("Print version", "显示版本"),
    ("Print this message or the help of the given subcommand(s)", "显示本页，或某个命令的帮助"),
];

/// What an option takes.
pub const VALUES: &[Pair] = &[
    ("FILE", "文件"),
    ("DIR", "文件夹"),
    ("FOLDER", "文件夹"),
    ("PATH", "路径"),
    ("NAME", "名称"),
    ("NAME=VALUE", "名称=值"),
    ("VALUE", "值"),
    ("WORD", "词"),
    ("THING", "事物"),
    ("SAVED", "已存查询"),
    ("VERB", "命令"),
    ("COMMAND", "命令"),
    ("TEXT", "文本"),
    ("LANGUAGE", "语言"),
    ("WHICH", "哪些"),
    ("WHEN", "何时"),
    ("KIND", "种类"),
    ("COLUMNS", "列"),
    ("FORMAT", "格式"),
    ("TIME", "时间"),
    ("SECONDS", "秒数"),
    ("SIZE", "大小"),
    ("SUMMARY", "摘要"),
    ("BEFORE", "旧图"),
    ("AFTER", "新图"),
    ("PARAMETER", "参数"),
    ("INTEGER", "整数"),
    ("DATE", "日期"),
    ("GYEARMONTH", "年月"),
    ("GYEAR", "年份"),
    ("DECIMAL", "数字"),
    ("BOOLEAN", "真假"),
    ("N|TIME", "编号|时间"),
    ("DIR|N", "目录|编号"),
    ("DIR FILE", "文件夹 文件"),
];

/// Verbs and their arguments.
pub const VERBS: &[Pair] = &[
    ("Ask, run, export and check a knowledge graph", "查询、运行、导出、检查知识图谱"),
    ("baimo (百模) answers SPARQL queries about a knowledge graph.", "baimo（百模）用 SPARQL 查询知识图谱。"),
    (
        "Without a verb it opens a prompt. The graph asked is that of the folder you are in, where there is a baimo.toml; else the one compiled in; or what --data or --store name.",
        "不带命令时打开提示符。所查的图：当前文件夹有 baimo.toml 时为该文件夹的图，否则为内置的图；也可用 --data 或 --store 指定。",
    ),
    (
        "Exit codes: 0 done, 1 wrong query or data, 2 wrong usage, 3 store or connection, 4 stopped by a limit (what was found is still printed), 5 a check failed, 130 interrupted.",
        "退出码：0 完成，1 查询或数据有误，2 用法有误，3 存储或连接，4 达到上限而停止（已得结果仍会输出），5 检查未通过，130 中断。",
    ),
    ("With statements on stdin: go on after one that is wrong", "语句来自标准输入时：遇错继续"),
    ("Prefixes of the graph and the well-known ones need no declaration.", "图的前缀与常用前缀不必声明。"),
    ("The query; `-` reads it from stdin", "查询；`-` 表示从标准输入读取"),
    ("The same, for those used to it", "同上，供习惯此写法者使用"),
    ("Read the query from a file; `-` is stdin", "从文件读取查询；`-` 为标准输入"),
    ("Run a saved query by its name", "按名称运行已存查询"),
    (
        "`baimo queries` lists the saved queries, `baimo run NAME --help` the parameters of one.",
        "`baimo queries` 列出已存查询，`baimo run 名称 --help` 列出其参数。",
    ),
    (
        "`.queries` lists the saved queries, `.run NAME --help` the parameters of one.",
        "`.queries` 列出已存查询，`.run 名称 --help` 列出其参数。",
    ),
    ("Only those with these words in name, tags or summary", "只列名称、标签或摘要含这些词的查询"),
    ("Show the text of one", "显示一个查询的文本"),
    ("Its name", "查询的名称"),
    (
        "Write all of them as RDF, in the vocabulary of SIB's sparql-examples",
        "把全部查询写成 RDF，用 SIB 的 sparql-examples 词汇",
    ),
    (
        "Turtle is written so that the same graph gives the same bytes.",
        "同一个图总是写出相同的 Turtle 字节。",
    ),
    (
        "What this saved CONSTRUCT gives, with its parameters as name=value",
        "导出此已存 CONSTRUCT 的结果，参数写作 名称=值",
    ),
    ("One named graph, or `default`", "只导出一个命名图，或 `default`"),
    ("One thing, by IRI, prefixed name or label", "只导出一个事物，用 IRI、带前缀的名称或标签指定"),
    ("How many steps around the thing", "该事物周围的步数"),
    ("What this CONSTRUCT gives", "导出此 CONSTRUCT 的结果"),
    ("What the CONSTRUCT in this file gives", "导出文件中 CONSTRUCT 的结果"),
    (
        "Begin with a comment that says which graph, version and part this is",
        "以注释开头，说明是哪个图、哪个版本、哪一部分",
    ),
    (
        "With the classes, properties and shapes, which drawings and tables of nodes leave out",
        "连同类、属性与形状（图形与节点表默认不含）",
    ),
    (
        "The thing: an IRI, a prefixed name, or a label in any language",
        "事物：IRI、带前缀的名称，或任何语言的标签",
    ),
    ("How many steps around it", "周围的步数"),
    ("A name, or parts of it", "名称，或其一部分"),
    ("How many things at most", "最多列出多少个事物"),
    ("Only classes and properties with this in their name or label", "只列名称或标签含此词的类与属性"),
    (
        "Lines that only the first graph has start with -, lines that only the second has with +. Lines without a mark say where a change is. The exit code is 0 where the two are the same, 5 where they differ. Blank nodes are compared by what is said about them.",
        "仅第一个图有的行以 - 开头，仅第二个图有的行以 + 开头，没有标记的行指明改动之处。两图相同时退出码为 0，不同为 5。空白节点按其内容比较。",
    ),
    ("The graph before: a file, or a folder with a baimo.toml", "旧图：文件，或有 baimo.toml 的文件夹"),
    ("The graph after; without one, the graph that is asked", "新图；省略则为所查的图"),
    (
        "The plan is shown with the rows that each step is expected to give, and nothing is run. With --run the query is answered to the end: each step then has its time (that of the steps below it included) and the rows it gave; * marks the step that took longest itself.",
        "显示执行计划与每一步的估计行数，查询并不运行。加 --run 则运行到底：每一步给出用时（含其下各步）与实际行数，* 标出自身最耗时的一步。",
    ),
    (
        "At the prompt, `.explain` alone is about the last query.",
        "在提示符处，单独的 `.explain` 说明上一个查询。",
    ),
    ("Answer the query to the end and measure each step", "运行查询并测量每一步"),
    (
        "With --store DIR the change is kept there. Without, the changed graph is written to -o FILE, or to stdout in the format of -F. At the prompt it lasts as long as the session.",
        "有 --store 文件夹 时，改动保存在其中；否则把改动后的图写入 -o 文件，或按 -F 的格式写到标准输出。在提示符处，改动只在本次会话有效。",
    ),
    ("The update; `-` reads it from stdin", "更新语句；`-` 表示从标准输入读取"),
    ("Read the update from a file; `-` is stdin", "从文件读取更新语句；`-` 为标准输入"),
    (
        "Among the statements of a pipe or at the prompt an update has no answer, whatever -F and -o say.",
        "管道或提示符中的更新语句没有答案，与 -F 和 -o 的设置无关。",
    ),
    ("Into a store that is kept:   {}", "装入持久存储：   {}"),
    ("All files are added, or none.", "文件要么全部加入，要么都不加入。"),
    (
        "RDF files, patterns, or `-` for stdin; plain or compressed",
        "RDF 文件、通配模式，或 `-`（标准输入）；可压缩",
    ),
    ("Into this named graph", "加入此命名图"),
    (
        "A pack is read-only, and only what a question needs is read of it. Without files, the graph that the options name is packed. The same files give the same bytes.",
        "图包只读，查询时只读取所需部分。不带文件时，打包选项所指的图。相同的文件得到相同的字节。",
    ),
    (
        "RDF files, patterns, packs, or `-` for stdin; plain or compressed",
        "RDF 文件、通配模式、图包，或 `-`（标准输入）；可压缩",
    ),
    (
        "Start a graph of your own: a folder with an example that works",
        "新建自己的图：一个带可用示例的文件夹",
    ),
    ("The folder, made where there is none", "文件夹，没有则新建"),
    ("Print the completions for a shell", "输出 shell 的补全脚本"),
    ("To use them, add to ~/.bashrc:   {}", "启用：在 ~/.bashrc 中加入   {}"),
    ("to ~/.zshrc:                     {}", "在 ~/.zshrc 中加入          {}"),
    ("to ~/.config/fish/config.fish:   {}", "在 ~/.config/fish/config.fish 中加入   {}"),
    (
        "They complete names of saved queries and values of their parameters too.",
        "已存查询的名称与参数的值也能补全。",
    ),
    ("The shell", "哪种 shell"),
    ("Print the manual page, of baimo or of one verb", "输出 baimo 或某个命令的手册页"),
    ("To read it:  {}", "阅读：  {}"),
    ("One verb", "某个命令"),
    ("Write the pages of baimo and of every verb into this folder", "把 baimo 与各命令的手册页写入此文件夹"),
    ("A parameter by its name", "按名称给出参数"),
    ("Values of the parameters, in this order", "参数的值，按上列次序"),
    (
        "The options of `{} --help` work here too, such as -F csv and -o FILE.",
        "`{} --help` 的选项在此也可用，如 -F csv 与 -o 文件。",
    ),
    (
        "--dry-run says what would be added and removed, and changes nothing.",
        "--dry-run 只说明会添加与删去什么，不作改动。",
    ),
    ("List the transactions of a store", "列出存储的事务"),
    ("Take back a transaction of a store", "撤销存储的一个事务"),
    ("Say how large the graph is, and how its store stands", "说明图的大小与存储的状况"),
    ("Write a copy of a store to a file, while it is in use", "把存储的副本写入文件，使用中亦可"),
    ("Merge the transactions of a store into its pack", "把存储的事务并入图包"),
    ("Say what is wrong with a store, and save what can be saved", "说明存储有何问题，并挽救可挽救的内容"),
    (
        "Times are in UTC. The files of the store have each transaction with all its triples.",
        "时间为 UTC。存储的文件含每个事务的全部三元组。",
    ),
    (
        "Without a number the last transaction is taken back that was not taken back already. What it added is removed, as far as it is there still, and what it removed is added: in a new transaction, which can be taken back too.",
        "不带编号时，撤销最近一个尚未撤销的事务：它添加而仍在的内容会删去，它删去的会恢复；这本身是一个新事务，也可撤销。",
    ),
    ("A pack opens at once:   {}", "图包可即时打开：   {}"),
    ("It goes into a new store:   {}", "也可装入新的存储：   {}"),
    ("This is done by itself when the journal has grown long.", "日志很长时会自动进行。"),
    (
        "Nothing is changed without --write; with it, a copy is kept of all that is cut.",
        "不加 --write 则不作改动；加上则保留所截内容的副本。",
    ),
    (
        "From this number on, or this time, such as 2026-11-25 or 2026-11-25T18:30",
        "自此编号或此时间起，如 2026-11-25 或 2026-11-25T18:30",
    ),
    ("The store, and the number of the transaction as `log` shows it", "存储，以及 `log` 所示的事务编号"),
    ("A store; without one, the graph that is asked", "存储；省略则为所查的图"),
    (
        "A store (else the graph that is asked), and the file to write: a pack, or RDF by its ending",
        "存储（省略则为所查的图），以及要写的文件：图包，或按扩展名为 RDF",
    ),
    ("The store", "存储"),
    ("The store; at the prompt, the one that is open", "存储；在提示符下可省略，即已打开的存储"),
    ("Put in order what can be, and keep copies of what is cut", "修复可修复的，并保留所截内容的副本"),
    ("Say what would be added and removed, and change nothing", "只说明会添加与删去什么，不作改动"),
    (
        "Half of the machine's memory is used, or as much as --max-memory says; what does not fit goes to temporary files beside the pack, of which nothing stays.",
        "使用机器内存的一半，或 --max-memory 所定的量；放不下的写入图包旁的临时文件，完成后不留。",
    ),
];

/// Options of every verb.
pub const OPTIONS: &[Pair] = &[
    (
        "Ask these RDF files instead; globs and `-` (stdin) too, plain or compressed",
        "改查这些 RDF 文件；可用通配符与 `-`（标准输入），可压缩",
    ),
    ("Ask, and change, the durable store in this folder", "查询（并修改）此文件夹中的持久存储"),
    (
        "What the default graph is made of: itself alone, or all named graphs too",
        "默认图的构成：仅默认图，或连同全部命名图",
    ),
    ("The default graph alone", "仅默认图"),
    ("The default graph and all named ones together", "默认图连同全部命名图"),
    ("Stop after this time, such as 2s, 500ms or 1m30s", "超过此时间即停止，如 2s、500ms 或 1m30s"),
    ("Stop after so many rows or triples", "达到此行数或三元组数即停止"),
    ("Stop when more memory is used, such as 500MB or 2GiB", "内存超过此值即停止，如 500MB 或 2GiB"),
    (
        "Format, by name, ending or media type [default: a table on a terminal, TSV in a pipe, Turtle for graphs]",
        "格式：名称、扩展名或媒体类型 [默认：终端上为表格，管道中为 TSV，图为 Turtle]",
    ),
    (
        "Write the answer to a file, whole or not at all; its ending tells the format",
        "把答案写入文件（要么完整，要么不写）；格式由扩展名决定",
    ),
    ("Language of labels, summaries and messages, such as zh or en", "标签、摘要与消息的语言，如 zh 或 en"),
    ("Show labels instead of IRIs", "以标签代替 IRI"),
    (
        "Draw a chart: bar, line, timeline or graph, else the one that the query asks for",
        "画图表：bar、line、timeline 或 graph；省略则用查询自带的图表",
    ),
    ("Say why nothing was found, in a pipe too", "没有结果时说明原因，管道中亦然"),
    ("Say nothing on stderr but errors", "标准错误只输出错误"),
    ("Colour [default: auto]", "颜色 [默认：auto]"),
    (
        "On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`",
        "在终端上启用，除非设了 `NO_COLOR` 或 `TERM` 为 `dumb`",
    ),
    ("Always", "总是"),
    ("Never", "从不"),
    ("Never page long answers", "长答案不分页"),
    (
        "Whether a change of a store waits for the disk: off is quicker, but the last changes may be lost if the machine stops",
        "存储的改动是否等待写入磁盘：off 较快，但机器停机时可能丢失最后的改动",
    ),
    ("It is on the disk when the command returns", "命令返回时已写入磁盘"),
    ("It is with the system, which writes it in its own time", "交给系统，由系统择时写入"),
];

/// What there is to know about the commands of the prompt.
pub const DETAILS: &[Pair] = &[
    (
        "`.queries` lists them, `.run NAME --help` says what one takes.",
        "`.queries` 列出已存查询，`.run 名称 --help` 说明其参数。",
    ),
    (
        "`.run timeline 百度`, `.run timeline --vendor 百度`, `.run timeline vendor=百度` give a parameter.",
        "`.run timeline 百度`、`.run timeline --vendor 百度`、`.run timeline vendor=百度` 给出参数。",
    ),
    (
        "`-F csv`, `-o FILE`, `--chart bar`, `--labels`, `--timeout 2s` are for this answer alone.",
        "`-F csv`、`-o 文件`、`--chart bar`、`--labels`、`--timeout 2s` 只对这个答案有效。",
    ),
    (
        "Goes through the pager where it is longer than the window, and to a file after `.once FILE`.",
        "超过窗口时经由分页器；在 `.once 文件` 之后则写入文件。",
    ),
    (
        "`.why 3` lists the triples behind row 3 of the last answer, each with its source.",
        "`.why 3` 列出上一个答案第 3 行所依据的三元组及其出处。",
    ),
    (
        "`.why empty` says what part of the last query finds nothing.",
        "`.why empty` 说明上一个查询的哪一部分没有结果。",
    ),
    (
        "Without a kind one is chosen by the columns. A CONSTRUCT is drawn as a tree.",
        "省略种类时按列选定。CONSTRUCT 画成树。",
    ),
    (
        "`\\g` is the same; `\\g FILE` writes the answer to a file.",
        "亦可写作 `\\g`；`\\g 文件` 把答案写入文件。",
    ),
    ("Every 2 seconds unless you say otherwise.", "默认每 2 秒一次。"),
    (
        "What you save comes back to the prompt; Enter runs it. `\\e` is the same.",
        "保存后回到提示符，按 Enter 运行。亦可写作 `\\e`。",
    ),
    (
        "It is written with a header to your own saved queries. An old one is never replaced unless you say `.save --replace NAME`.",
        "连同说明头写入您自己的已存查询。不会覆盖旧的，除非用 `.save --replace 名称`。",
    ),
    ("`auto` is a table for rows and Turtle for graphs.", "`auto`：行为表格，图为 Turtle。"),
    ("Any language tag will do.", "任何语言标签均可。"),
    ("`.last` shows the rows left out.", "`.last` 显示略去的行。"),
    (
        "Where .mode is auto the ending tells the format: {} `.chart` and `.last` count as answers.",
        "`.mode` 为 auto 时由扩展名决定格式：{} 图表与 `.last` 也算。",
    ),
    ("`.once | sort` pipes it to a shell command.", "`.once | sort` 把答案交给系统命令。"),
    (
        "The first answer replaces what is there, the others are added to it; a file of json, xml, svg, rdfxml, jsonld, graphml or dot is one document and takes one answer. A wrong query changes nothing.",
        "第一个答案替换原有内容，其后的依次追加；json、xml、svg、rdfxml、jsonld、graphml、dot 文件只含一个文档，只容一个答案。查询有误时文件不变。",
    ),
    (
        "It stops at the first error, or with --keep-going shows it and goes on. What is read does not fill the history.",
        "遇到第一个错误即停止；加 --keep-going 则显示错误并继续。读入的语句不进入历史。",
    ),
    ("Prefixes in scope need no declaration in a query.", "可用的前缀在查询中不必声明。"),
    ("Up recalls them, Ctrl-R searches them.", "按上箭头调出，按 Ctrl-R 搜索。"),
    (
        "`.help _` explains the last answer as part of the next query; `.help keys` the keys.",
        "`.help _` 说明如何把上一个答案用于下一个查询；`.help keys` 说明按键。",
    ),
    ("`_` is the last answer.", "`_` 代表上一个答案。"),
    (
        "VALUES _          inside { }: the rows of the last SELECT, by column name",
        "VALUES _          用于 { } 内：上一个 SELECT 的各行，按列名对应",
    ),
    (
        "FROM _            asks the triples of the last CONSTRUCT or DESCRIBE",
        "FROM _            查询上一个 CONSTRUCT 或 DESCRIBE 的三元组",
    ),
    ("GRAPH _ { ... }   the same, beside the graph that is open", "GRAPH _ { ... }   同上，与打开的图并用"),
    ("For example:", "例如："),
    (
        "Cells that hold blank nodes have no name to carry over: they count as empty.",
        "空白节点没有可沿用的名称，其单元格视为空。",
    ),
    (
        "Enter             runs a statement that is whole; else a new line",
        "Enter             语句完整则运行，否则换行",
    ),
    ("Alt-Enter Ctrl-J  a new line in any case", "Alt-Enter Ctrl-J  总是换行"),
    (
        "Tab               completes: names of the graph by label in any language, keywords, files",
        "Tab               补全：图中的名称（按任何语言的标签）、关键字、文件",
    ),
    ("Right Ctrl-E      takes the grey text behind the cursor", "右箭头 Ctrl-E     采用光标后的灰色文本"),
    (
        "Up Down           older and newer statements; within one, its lines",
        "上、下箭头        较早与较晚的语句；语句内则移动行",
    ),
    ("Ctrl-R            searches the history", "Ctrl-R            搜索历史"),
    (
        "Ctrl-C            clears what is typed; stops what runs (twice: leaves)",
        "Ctrl-C            清除所输入的；停止正在运行的（两次则退出）",
    ),
    ("Ctrl-D            leaves, where nothing is typed", "Ctrl-D            没有输入时退出"),
    ("Ctrl-L            clears the screen", "Ctrl-L            清屏"),
    ("A statement of several lines ends with an empty line or with `;`.", "多行语句以空行或 `;` 结束。"),
];
