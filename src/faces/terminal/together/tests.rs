//! A change that ends at any operation: every file is changed, or none, once the next program has opened the folder.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What a file holds before and after the change; the last one is new.
const FILES: [(&str, Option<&str>, &str); 4] = [
    ("data/a.ttl", Some("old a"), "new a, longer"),
    ("data/b.ttl", Some("old b"), "new"),
    ("ontology/c.ttl", Some("old c"), ""),
    ("data/d.ttl", None, "new d"),
];
const LATER: &str = "the next start of baimo";

#[derive(Debug, Clone)]
enum Op {
    Create(PathBuf),
    Write(PathBuf, Vec<u8>),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    Sync(PathBuf),
}

/// Files of the system, recorded; some operation fails, of writing after half of the bytes.
#[derive(Default)]
struct Faulty {
    root: PathBuf,
    done: Vec<Op>,
    /// How many operations go well until one fails, and whether all after it do.
    fails: Option<(usize, bool)>,
}

impl Faulty {
    fn of(root: &Path, fails: Option<(usize, bool)>) -> Self {
        Self { root: std::fs::canonicalize(root).unwrap(), done: Vec::new(), fails }
    }

    fn may(&mut self) -> io::Result<()> {
        match &mut self.fails {
            None => Ok(()),
            Some((0, for_ever)) => {
                if !*for_ever {
                    self.fails = None;
                }
                Err(io::ErrorKind::StorageFull.into())
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    fn name(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap().to_owned()
    }
}

/// A number that no process has: what a program leaves is seen as the next one sees it, when it is gone.
const GONE: u32 = u32::MAX;

impl Disk for Faulty {
    fn process(&self) -> u32 {
        GONE
    }

    fn create(&mut self, path: &Path) -> io::Result<File> {
        self.may()?;
        let file = System.create(path)?;
        self.done.push(Op::Create(self.name(path)));
        Ok(file)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let may = self.may();
        let bytes = if may.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes)?;
        self.done.push(Op::Write(self.name(path), bytes.to_vec()));
        may
    }

    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
        let may = self.may();
        let bytes = if may.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        journal.append(bytes)?;
        self.done.push(Op::Write(self.name(&journal.path), bytes.to_vec()));
        may
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.may()?;
        self.done.push(Op::Rename(self.name(from), self.name(to)));
        System.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.may()?;
        self.done.push(Op::Remove(self.name(path)));
        System.remove(path)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.may()?;
        self.done.push(Op::Sync(self.name(folder)));
        Ok(())
    }
}

fn temp() -> PathBuf {
    std::fs::canonicalize(std::env::temp_dir()).unwrap()
}

type Image = BTreeMap<PathBuf, Vec<u8>>;

/// The folder before the change.
fn image_before() -> Image {
    let file = |(name, before, _): &(&str, Option<&str>, &str)| Some(((*name).into(), (*before)?.into()));
    FILES.iter().filter_map(file).collect()
}

/// A folder, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn of(image: &Image) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = temp().join(format!("baimo-together-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        for part in ["ontology", "data"] {
            std::fs::create_dir_all(path.join(part)).unwrap();
        }
        image.iter().for_each(|(name, bytes)| std::fs::write(path.join(name), bytes).unwrap());
        Self(path)
    }

    fn before() -> Self {
        Self::of(&image_before())
    }

    /// Whether all files are as after the change; that none or all are is required.
    fn is_changed(&self, what: &str) -> bool {
        let now = FILES.map(|(name, ..)| std::fs::read_to_string(self.0.join(name)).ok());
        let before = FILES.map(|(_, before, _)| before.map(str::to_owned));
        let after = FILES.map(|(.., after)| Some(after.to_owned()));
        assert!(now == before || now == after, "{what}: {now:?}");
        now == after
    }

    fn change(&self, disk: &mut dyn Disk) -> Result<()> {
        let paths = FILES.map(|(name, ..)| self.0.join(name));
        let all = FILES.iter().zip(&paths);
        let changes: Vec<_> = all
            .map(|((_, before, after), path)| Change {
                path,
                before: before.map(str::as_bytes),
                after: after.as_bytes(),
            })
            .collect();
        replace_on(disk, &self.0, &changes)
    }

    /// What it holds beside the files of the change.
    fn others(&self) -> BTreeSet<String> {
        let entries =
            ["", "data", "ontology"].iter().flat_map(|part| std::fs::read_dir(self.0.join(part)).unwrap());
        let names = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let names = names.map(|path| path.strip_prefix(&self.0).unwrap().display().to_string());
        names.filter(|name| FILES.iter().all(|(file, ..)| file != name)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How many operations a change takes.
fn operations() -> usize {
    let folder = Folder::before();
    let mut disk = Faulty::of(&folder.0, None);
    folder.change(&mut disk).unwrap();
    assert!(folder.is_changed("nothing fails") && folder.others().is_empty());
    disk.done.len()
}

#[test]
fn an_operation_that_fails_changes_all_or_nothing() {
    let (mut told, mut later) = (0, 0);
    for (fails, for_ever) in (0..operations()).flat_map(|n| [(n, false), (n, true)]) {
        let what = format!("operation {fails}, for ever: {for_ever}");
        let folder = Folder::before();
        let done = folder.change(&mut Faulty::of(&folder.0, Some((fails, for_ever))));
        let is_later =
            done.as_ref().is_err_and(|error| error.hints.iter().any(|hint| hint.to_string().contains(LATER)));
        later += usize::from(is_later);
        if !is_later {
            assert_eq!(folder.is_changed(&what), done.is_ok(), "{what}: {done:?}");
        }
        assert!(!is_remembered(&folder), "{what}: a signal would remove what is left to others");
        // The next program, with a number of its own.
        finish_on(&mut System, &folder.0).unwrap();
        let is_changed = folder.is_changed(&what);
        assert!(is_later || is_changed == done.is_ok(), "{what}");
        told += usize::from(done.is_err());
        // What the program could not remove goes with it, of the way back too.
        assert!(folder.others().is_empty(), "{what}: {:?}", folder.others());
    }
    assert!(told > operations() && later > 4, "{told} {later}");
}

/// Whether a signal would remove something of a folder.
fn is_remembered(folder: &Folder) -> bool {
    named_parts().forget(|path| path.starts_with(&folder.0)) > 0
}

/// Another program takes each journal for its own as soon as it is made, and keeps it.
struct Taken(Vec<File>);

impl Disk for Taken {
    fn create(&mut self, path: &Path) -> io::Result<File> {
        let ours = System.create(path)?;
        System.remove(path)?;
        let theirs = System.create(path)?;
        theirs.lock()?;
        self.0.push(theirs);
        Ok(ours)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        System.write(path, bytes)
    }

    fn write_held(&mut self, journal: &Journal, bytes: &[u8]) -> io::Result<()> {
        System.write_held(journal, bytes)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        System.rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        System.remove(path)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        System.sync_folder(folder)
    }
}

#[cfg(unix)]
#[test]
fn a_journal_that_became_anothers_is_left_to_it() {
    let folder = Folder::before();
    let error = folder.change(&mut Taken(Vec::new())).unwrap_err();
    assert!(error.message.starts_with("another process is changing the files"), "{error}");
    assert!(folder.0.join(JOURNAL).exists() && !is_remembered(&folder));
    assert!(!folder.is_changed("nothing was done"));
}

#[test]
fn only_a_file_system_without_locks_goes_without_them() {
    let is_locked = |kind: io::ErrorKind| is_locked(Err(TryLockError::Error(kind.into())), Path::new("x"));
    assert!(is_locked(io::ErrorKind::Unsupported).unwrap());
    for kind in [io::ErrorKind::Other, io::ErrorKind::PermissionDenied, io::ErrorKind::Interrupted] {
        let error = is_locked(kind).unwrap_err();
        assert!(error.message == "cannot lock x" && !error.hints.is_empty(), "{error}");
    }
    assert!(!super::is_locked(Err(TryLockError::WouldBlock), Path::new("x")).unwrap());
}

/// NFS locks only what is open for writing (flock(2), "NFS details").
#[test]
fn a_journal_is_opened_for_writing_and_used_through_one_handle() {
    let folder = Folder::before();
    let path = folder.0.join(JOURNAL);
    std::fs::write(&path, "one ").unwrap();
    let journal = held(&folder.0, &path).unwrap().unwrap();
    assert_eq!(journal.bytes().unwrap(), b"one ");
    journal.append(b"two").unwrap();
    assert_eq!(journal.bytes().unwrap(), b"one two");
    drop(journal);
    // Read all the same where it may not be written.
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(held(&folder.0, &path).unwrap().unwrap().bytes().unwrap(), b"one two");
}

type Names = BTreeMap<PathBuf, usize>;

/// What a disk may hold after a loss of power: all that was written, since that is synced at once, and of the names that
/// changed in a folder since it was synced, any number in their order.
#[derive(Default)]
struct Power {
    inodes: Vec<Vec<u8>>,
    /// The names of each folder after each change, from the last sync on.
    folders: BTreeMap<PathBuf, Vec<Names>>,
}

impl Power {
    fn of(image: &Image) -> Self {
        let mut power = Self::default();
        for folder in ["", "data", "ontology"] {
            power.folders.insert(folder.into(), vec![Names::new()]);
        }
        for (name, bytes) in image {
            power.apply(&Op::Write(name.clone(), bytes.clone()));
        }
        for names in power.folders.values_mut() {
            names.drain(..names.len() - 1);
        }
        power
    }

    fn change(&mut self, path: &Path, change: impl FnOnce(&mut Names)) {
        let states = self.folders.get_mut(path.parent().unwrap()).unwrap();
        let mut now = states.last().unwrap().clone();
        change(&mut now);
        states.push(now);
    }

    fn inode(&mut self, name: &Path) -> usize {
        let known = self.folders[name.parent().unwrap()].last().unwrap().get(name).copied();
        known.unwrap_or_else(|| {
            self.inodes.push(Vec::new());
            let number = self.inodes.len() - 1;
            self.change(name, |names| {
                names.insert(name.to_owned(), number);
            });
            number
        })
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Create(name) => drop(self.inode(name)),
            Op::Write(name, bytes) => {
                let inode = self.inode(name);
                self.inodes[inode].extend(bytes);
            }
            Op::Rename(from, to) => {
                let inode = self.inode(from);
                self.change(from, |names| {
                    names.remove(from);
                    names.insert(to.clone(), inode);
                });
            }
            Op::Remove(name) => self.change(name, |names| {
                names.remove(name);
            }),
            Op::Sync(folder) => {
                let states = self.folders.get_mut(folder).unwrap();
                states.drain(..states.len() - 1);
            }
        }
    }

    fn images(&self) -> Vec<Image> {
        let mut images = vec![Image::new()];
        for states in self.folders.values() {
            let of = |(name, inode): (&PathBuf, &usize)| (name.clone(), self.inodes[*inode].clone());
            let with = |image: &Image, names: &Names| {
                image.clone().into_iter().chain(names.iter().map(of)).collect::<Image>()
            };
            images =
                images.iter().flat_map(|image| states.iter().map(move |names| with(image, names))).collect();
        }
        images.dedup();
        images
    }
}

/// The disks after each number of operations, the last one of them done by half too.
fn disks(before: &Image, done: &[Op]) -> Vec<(usize, Image)> {
    let (mut power, mut disks) = (Power::of(before), Vec::new());
    for (number, op) in done.iter().enumerate() {
        if let Op::Write(name, bytes) = op {
            let mut half = Power { inodes: power.inodes.clone(), folders: power.folders.clone() };
            half.apply(&Op::Write(name.clone(), bytes[..bytes.len() / 2].to_vec()));
            disks.extend(half.images().into_iter().map(|image| (number, image)));
        }
        power.apply(op);
        disks.extend(power.images().into_iter().map(|image| (number + 1, image)));
    }
    disks
}

/// A change that was acknowledged is there whole; one that was on its way is there whole, or nothing of it. What finishes it
/// may lose power itself.
#[test]
fn a_loss_of_power_leaves_all_or_nothing() {
    let folder = Folder::before();
    let mut disk = Faulty::of(&folder.0, None);
    folder.change(&mut disk).unwrap();
    let (mut changed, mut unchanged) = (0, 0);
    for (number, image) in disks(&image_before(), &disk.done) {
        let left = Folder::of(&image);
        let mut second = Faulty::of(&left.0, None);
        finish_on(&mut second, &left.0).unwrap();
        let is_changed = left.is_changed(&format!("{number} operations, {image:?}"));
        assert!(is_changed || number < disk.done.len(), "what was acknowledged is kept: {image:?}");
        changed += usize::from(is_changed);
        unchanged += usize::from(!is_changed);
        for (number, image) in disks(&image, &second.done) {
            let left = Folder::of(&image);
            finish_on(&mut Faulty::of(&left.0, None), &left.0).unwrap();
            let what = format!("power lost twice, {number} operations, {image:?}");
            assert_eq!(left.is_changed(&what), is_changed, "{what}");
        }
    }
    assert!(changed > 10 && unchanged > 10, "{changed} {unchanged}");
}

#[test]
fn what_others_changed_since_is_left_to_them() {
    // Killed after the first file took its place.
    let killed = || {
        let folder = Folder::before();
        let ops = {
            let mut disk = Faulty::of(&folder.0, None);
            folder.change(&mut disk).unwrap();
            disk.done.iter().position(|op| matches!(op, Op::Rename(..))).unwrap()
        };
        let folder = Folder::before();
        folder.change(&mut Faulty::of(&folder.0, Some((ops + 1, true)))).unwrap_err();
        assert_eq!(std::fs::read_to_string(folder.0.join("data/a.ttl")).unwrap(), FILES[0].2);
        folder
    };
    let folder = killed();
    std::fs::write(folder.0.join("data/a.ttl"), "mine").unwrap();
    let error = finish(&folder.0).unwrap_err();
    assert!(
        error.message.contains("data/a.ttl changed, data/b.ttl, ontology/c.ttl, data/d.ttl did not"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(folder.0.join("data/a.ttl")).unwrap(), "mine");
    assert!(folder.change(&mut System).is_err(), "nor is another change made over it");
    // Put back by version control.
    let folder = killed();
    std::fs::write(folder.0.join("data/a.ttl"), "old a").unwrap();
    let names = FILES.map(|(name, ..)| name.to_owned());
    assert_eq!(finish(&folder.0).unwrap(), Left::Dropped(names.to_vec()));
    assert!(!folder.is_changed("put back") && folder.others().is_empty());
    // Left as it is.
    let folder = killed();
    assert_eq!(finish(&folder.0).unwrap(), Left::Finished(names.to_vec()));
    assert!(folder.is_changed("finished") && folder.others().is_empty());
    assert_eq!(finish(&folder.0).unwrap(), Left::Nothing);
}

#[test]
fn a_journal_that_a_running_program_holds_is_waited_for() {
    let folder = Folder::before();
    let journal = folder.0.join(JOURNAL);
    let file = System.create(&journal).unwrap();
    file.lock().unwrap();
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| finish(&folder.0));
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waits.is_finished());
        std::fs::remove_file(&journal).unwrap();
        drop(file);
        // On a machine that does much else it may have lost its patience by then.
        let waited = waits.join().unwrap().or_else(|error| {
            assert_eq!(error.message, busy(&folder.0).message);
            finish(&folder.0)
        });
        assert_eq!(waited.unwrap(), Left::Nothing);
    });
    folder.change(&mut System).unwrap();
    assert!(folder.is_changed("then it is made") && folder.others().is_empty());
}
