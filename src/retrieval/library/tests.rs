use std::fs;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn found(library: &Library, query: &str) -> Vec<String> {
    let found = library.search(query, 3, 4000).unwrap();
    let name = |(passage, _): &(Passage, f32)| format!("{}:{}", passage.file, passage.line);
    found.passages.iter().map(name).collect()
}

#[test]
fn passages_are_found_in_both_languages() {
    let folder = folder(&[
        ("geometry/circle.md", "# Circles\nThe area of a circle is pi times r squared.".as_bytes()),
        (
            "几何.md",
            "# 圆\n圆的面积是π乘以半径的平方。\n# 三角形\n三角形的面积是底乘高的一半。".as_bytes(),
        ),
        ("other.txt", "Trains leave at noon.".as_bytes()),
    ]);
    let library = Library::at(folder.path());
    assert_eq!(found(&library, "What are the areas of two circles?"), ["geometry/circle.md:1"]);
    assert_eq!(found(&library, "求三角形的面积")[0], "几何.md:3");
    assert_eq!(found(&library, "圆")[0], "几何.md:1");
    assert_eq!(found(&library, "zebra"), [""; 0]);
    assert_eq!(found(&library, "the of"), [""; 0]);
}

#[test]
fn a_changed_file_is_read_again() {
    let folder = folder(&[("a.txt", b"apples")]);
    let library = Library::at(folder.path());
    assert_eq!(found(&library, "pears"), [""; 0]);
    fs::write(folder.path().join("a.txt"), "pears!").unwrap();
    assert_eq!(found(&library, "pears"), ["a.txt:1"]);
    fs::remove_file(folder.path().join("a.txt")).unwrap();
    assert_eq!(found(&library, "pears"), [""; 0]);
    folder.close().unwrap();
    assert!(matches!(library.search("x", 1, 9), Err(RetrievalError::Missing(_))));
}

#[test]
fn who_searches_the_same_folder_shares_one_index() {
    let folder = folder(&[("a.txt", b"pears")]);
    let first = Library::shared(folder.path());
    let second = Library::shared(folder.path());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(found(&first, "pear"), ["a.txt:1"]);
    let index = |library: &Library| Arc::clone(library.shelf.lock().unwrap().as_ref().unwrap());
    let made = index(&first);
    assert_eq!(found(&second, "pears"), ["a.txt:1"]);
    assert!(Arc::ptr_eq(&made, &index(&second)), "it is made once");
    assert!(!Arc::ptr_eq(&first, &Library::shared(folder.path().join("in"))));
    let known = |path: &Path| SHARED.lock().unwrap().get(path).and_then(Weak::upgrade).is_some();
    drop((first, second));
    assert!(!known(folder.path()), "nobody has it any more");
}

#[cfg(unix)]
#[test]
fn what_is_swapped_for_a_link_after_it_was_listed_is_not_read() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[("a.txt", b"secret")]);
    let notes = folder(&[("in/a.txt", b"pear"), ("b.txt", b"pear")]);
    let open = Folder::open(notes.path()).unwrap();
    let listing = Listing::of(&open).unwrap();
    assert_eq!(listing.files.len(), 2);
    fs::rename(notes.path().join("in"), notes.path().join(".in")).unwrap();
    symlink(outside.path(), notes.path().join("in")).unwrap();
    fs::remove_file(notes.path().join("b.txt")).unwrap();
    symlink(outside.path().join("a.txt"), notes.path().join("b.txt")).unwrap();
    for file in &listing.files {
        assert!(file.text(&open).is_err(), "{}", file.name);
    }
    let found = Library::at(notes.path()).search("secret pear", 9, 4000).unwrap();
    assert_eq!(found.passages, []);
}

#[test]
fn only_so_many_characters_are_given() {
    let folder = folder(&[("a.txt", b"pear one"), ("b.txt", b"pear two and more")]);
    let library = Library::at(folder.path());
    let texts = |most| -> Vec<String> {
        let found = library.search("pear", 5, most).unwrap();
        found.passages.into_iter().map(|(passage, _)| passage.text).collect()
    };
    assert_eq!(texts(100), ["pear one", "pear two and more"]);
    assert_eq!(texts(10), ["pear one"]);
    assert_eq!(texts(5), ["pear…"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_hostile_is_left_out_with_a_reason() {
    let outside = folder(&[("secret.txt", b"secret pear")]);
    let folder = folder(&[
        ("binary.md", b"pear\0pear"),
        ("latin.txt", b"pear \xe9\xe8"),
        ("picture.png", b"pear"),
        (".hidden.md", b"pear"),
        ("new\nline.md", b"pear"),
        ("good.md", b"pear"),
    ]);
    let huge = fs::File::create(folder.path().join("huge.md")).unwrap();
    huge.set_len(5 * 1024 * 1024).unwrap();
    let link = |to: &Path, name: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    };
    link(&outside.path().join("secret.txt"), "link.txt");
    link(outside.path(), "linked");
    link(folder.path(), "circle");
    nix::unistd::mkfifo(&folder.path().join("pipe.txt"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let found = Library::at(folder.path()).search("pear secret", 9, 4000).unwrap();
    let names: Vec<_> = found.passages.iter().map(|(one, _)| one.file.as_str()).collect();
    assert_eq!(names, ["good.md"]);
    let said: Vec<_> =
        found.skipped.iter().map(|one| format!("{}: {}", one.file, one.reason)).collect();
    insta::assert_snapshot!(said.join("\n"), @"
        circle: a link; put the file itself there
        huge.md: 5242880 bytes; at most 4194304 are read
        link.txt: a link; put the file itself there
        linked: a link; put the file itself there
        : a name in it is no text of one line
        picture.png: neither .md, .txt nor .jsonl
        pipe.txt: no file
        binary.md: binary
        latin.txt: no text in UTF-8
        ");
}
