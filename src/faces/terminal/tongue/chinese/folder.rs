//! An update of the files of a project's folder, in Chinese.
//!
//! In: nothing. Out: one table.

use super::Pair;

/// What is said about files that change, and why one cannot.
pub const FOLDER: &[Pair] = &[
    ("{} is {}, which is not changed in place", "{} 是 {}，这种格式不能就地修改"),
    (
        "make it Turtle: export it to a file that ends in .ttl, and put that in its place",
        "请改用 Turtle：导出为以 .ttl 结尾的文件，再替换原文件",
    ),
    ("{} is not written in UTF-8, and is not changed in place", "{} 不是 UTF-8 编码，不能就地修改"),
    ("{} cannot be changed in place: {}", "{} 不能就地修改：{}"),
    (
        "what is said within this object stays, and nothing would mention it",
        "此宾语内部的语句仍保留，却再也没有语句提到它",
    ),
    ("a part of this list goes, and the rest of it stays", "此列表的一部分要删去，其余仍保留"),
    ("the cells of this list would not be one list in its order", "此列表的各单元将不再是一个次序不变的列表"),
    (
        "delete the whole list and insert the new one, as in ( 1 2 3 ), in its place; nothing was written",
        "请删去整个列表，并在原处插入新列表，如 ( 1 2 3 )；未写入任何内容",
    ),
    (
        "what this stands for goes, and what is said about it stays",
        "此处所指的语句要删去，关于它的语句却仍保留",
    ),
    (
        "all that is said about this list goes, and the list stays",
        "关于此列表的语句都要删去，列表本身却仍保留",
    ),
    ("where its triples stand is not clear", "无法确定其三元组所在的位置"),
    ("the text would not say what the update says", "修改后的文本与更新的结果不一致"),
    (
        "a blank node without a label would be mentioned at a second place",
        "没有标签的空白节点会在第二处被提到",
    ),
    ("change this file by hand; nothing was written", "请手工修改此文件；未写入任何内容"),
    (
        "give it a label in the file, as in _:x, and say the rest about that; nothing was written",
        "请在文件中给它一个标签（如 _:x），其余语句都用该标签；未写入任何内容",
    ),
    (
        "blank nodes of {} and of {} would be in one triple, which no file can say",
        "{} 与 {} 的空白节点会出现在同一个三元组中，任何文件都无法这样写",
    ),
    ("give one of them an IRI first", "请先给其中一个 IRI"),
    ("this graph is in no folder with a {}", "此图不在含有 {} 的文件夹中"),
    (
        "no file of the folder has {}, and none is named for new subjects",
        "文件夹中没有文件含有 {}，也没有为新主语指定文件",
    ),
    ("or name one in {}:  {}", "或在 {} 中指定：  {}"),
    ("{} is not a file that the folder reads", "文件夹不会读取 {}"),
    (
        "name one in its data/ or ontology/, which may be new: data/FILE.ttl",
        "请指定其 data/ 或 ontology/ 中的文件，可以是新文件：data/FILE.ttl",
    ),
    ("{} has no named graphs, and {} is one", "{} 不能有命名图，而 {} 是命名图"),
    ("name a file of TriG for new subjects: data/FILE.trig", "请为新主语指定一个 TriG 文件：data/FILE.trig"),
    ("this graph is in a store, not in files", "此图在存储中，不在文件中"),
    ("a store keeps an update without more words", "存储会直接保存更新，无需此选项"),
    (
        "the store keeps the change: a format is for writing the changed graph too",
        "改动会保存在存储中：格式只用于另外写出改动后的图",
    ),
    ("a transaction is open, and files are not part of it", "有一个事务尚未结束，而文件不属于该事务"),
    ("nothing changes: the graph is so already", "没有变化：图已是如此"),
    ("{} removed, {} added; wrote {}", "删去 {}，添加 {}；已写入 {}"),
    (
        "{} would be removed, {} added, in {}; nothing was written",
        "将删去 {}，添加 {}，涉及 {}；未写入任何内容",
    ),
    ("--write writes it", "加 --write 即写入"),
    (
        "name one with --into FILE, which may be a new one: --into data/more.ttl",
        "请用 --into 文件 指定，可以是新文件：--into data/more.ttl",
    ),
    ("{} is read-only", "{} 是只读的"),
    ("nothing was written; chmod u+w lets it be changed", "未写入任何内容；chmod u+w 可使其能够修改"),
    ("{} is not a plain file", "{} 不是普通文件"),
    ("{} has changed meanwhile", "{} 在此期间已被修改"),
    ("nothing was written; try again", "未写入任何内容；请重试"),
    ("another process is changing the files of {}", "另一个进程正在修改 {} 的文件"),
    ("cannot lock {}", "无法锁定 {}"),
    (
        "let baimo write this file, and the file system lock it; then try again",
        "请让 baimo 能写入此文件，并让文件系统能锁定它，然后重试",
    ),
    ("try again when it is done", "请等它完成后重试"),
    ("the files of {} are as they were", "{} 的文件保持原样"),
    (
        "the next start of baimo in this folder finishes the change, or takes it back",
        "下次在此文件夹中启动 baimo 时会完成此修改，或将其撤销",
    ),
    ("{} has a name that cannot be written down", "{} 的名称无法记录"),
    ("give it another name; nothing was written", "请改用其他名称；未写入任何内容"),
    (
        "an update of several files was interrupted: {} changed, {} did not",
        "对多个文件的更新曾被中断：{} 已修改，{} 未修改",
    ),
    (
        "they were changed since by others, so that nothing is done about it",
        "此后它们又被他人修改，因此不作处理",
    ),
    ("put the files in order by hand, then remove {}", "请手工整理这些文件，然后删除 {}"),
    ("finished an update that was interrupted: wrote {}", "已完成一次被中断的更新：已写入 {}"),
    (
        "an update that was interrupted is dropped: {} are as they were before it",
        "已放弃一次被中断的更新：{} 保持更新前的内容",
    ),
    (
        "the files of a folder can be changed, and this is about none",
        "只能修改文件夹中的文件，而此处没有涉及文件夹",
    ),
    (
        "go to the folder that has the baimo.toml, and name no store, no data and no output",
        "请进入含有 baimo.toml 的文件夹，且不要指定存储、数据或输出",
    ),
    ("Change the files of the folder that has the baimo.toml", "修改含有 baimo.toml 的文件夹中的文件"),
    (
        "The file of that folder for subjects that none of its files has; it may be a new one",
        "该文件夹中用来写入新主语的文件；可以是新文件",
    ),
    (
        "In a folder with a baimo.toml, without a store and an output, it says what would change in which of its files, as a patch; --write changes these files. Layout, comments and order stay as they are.",
        "在含有 baimo.toml 的文件夹中，若未指定存储与输出，则以补丁的形式说明哪些文件会有哪些变化；加 --write 即修改这些文件。排版、注释与次序保持不变。",
    ),
];
