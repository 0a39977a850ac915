//! There is one schema, whoever makes it: the server by itself, a person with `diesel migration run`, or the reader of
//! `src/store/schema.rs`. And every migration can be taken back.
//!
//! What the rows mean is tested beside the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use tempfile::TempDir;
use tertulia::store::MIGRATIONS;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A database of its own.
fn database() -> (TempDir, SqliteConnection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("schema.db");
    let connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (dir, connection)
}

fn folder() -> FileBasedMigrations {
    FileBasedMigrations::from_path(root("migrations")).unwrap()
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Everything that the migrations have made, as SQLite was told to make it.
fn parts(connection: &mut SqliteConnection) -> Vec<Part> {
    diesel::sql_query(
        "SELECT name, coalesce(sql, '') AS sql FROM sqlite_master \
         WHERE name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY name",
    )
    .load(connection)
    .unwrap()
}

#[test]
fn the_server_and_the_folder_make_the_same_schema() {
    let ((_one, mut embedded), (_two, mut by_hand)) = (database(), database());
    embedded.run_pending_migrations(MIGRATIONS).unwrap();
    by_hand.run_pending_migrations(folder()).unwrap();
    let made = parts(&mut embedded);
    assert!(made.iter().any(|part| part.name == "messages"), "{made:?}");
    assert_eq!(made, parts(&mut by_hand));
    assert_eq!(embedded.applied_migrations().unwrap(), by_hand.applied_migrations().unwrap());
}

#[test]
fn every_migration_can_be_taken_back_and_done_again() {
    let (_dir, mut connection) = database();
    let mut migrations: Vec<Box<dyn Migration<Sqlite>>> = folder().migrations().unwrap();
    connection.applied_migrations().unwrap(); // makes the table that remembers them
    migrations.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    for migration in &migrations {
        let before = parts(&mut connection);
        connection.run_migration(migration).unwrap();
        let after = parts(&mut connection);
        assert_ne!(before, after, "{} does something", migration.name());
        connection.revert_migration(migration).unwrap();
        assert_eq!(parts(&mut connection), before, "{} is taken back", migration.name());
        connection.run_migration(migration).unwrap();
        assert_eq!(parts(&mut connection), after, "{} is done again", migration.name());
    }
    connection.revert_all_migrations(folder()).unwrap();
    assert_eq!(parts(&mut connection), []);
}

/// A column: its name, diesel's type, and its place in the primary key, from 1, or 0.
type Column = (String, String, i64);

/// Tables by name, and `child -> parent (column)` for each foreign key.
#[derive(Debug, Default, PartialEq)]
struct Schema {
    tables: BTreeMap<String, Vec<Column>>,
    links: Vec<String>,
}

/// What the macros in `schema.rs` say.
fn written() -> Schema {
    let source = std::fs::read_to_string(root("src/store/schema.rs")).unwrap();
    let mut schema = Schema::default();
    for table in source.split("diesel::table! {").skip(1) {
        let (head, columns) = table.split_once('{').unwrap();
        let (name, keys) = head.trim().trim_end_matches(')').split_once(" (").unwrap();
        let keys: Vec<&str> = keys.trim_end_matches(") ").split(", ").collect();
        let place =
            |column: &str| keys.iter().position(|key| *key == column).map_or(0, |at| i64::try_from(at).unwrap() + 1);
        let column = |line: &str| {
            let (column, kind) = line.trim().trim_end_matches(',').split_once(" -> ").unwrap();
            (column.to_owned(), kind.to_owned(), place(column))
        };
        let lines = columns.split_once('}').unwrap().0.lines().filter(|line| line.contains("->"));
        schema.tables.insert(name.to_owned(), lines.map(column).collect());
    }
    let links = source.lines().filter_map(|line| line.strip_prefix("diesel::joinable!(")?.strip_suffix(");"));
    schema.links = links.map(str::to_owned).collect();
    schema.links.sort();
    schema
}

#[derive(QueryableByName)]
struct ColumnInfo {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    required: i64,
    #[diesel(sql_type = BigInt)]
    place: i64,
}

impl From<ColumnInfo> for Column {
    fn from(info: ColumnInfo) -> Self {
        let kind = match info.kind.as_str() {
            "BIGINT" => "BigInt",
            // SQLite calls it so, and gives it 64 bits.
            "INTEGER" if info.place == 1 => "BigInt",
            "TEXT" => "Text",
            "BLOB" => "Binary",
            other => panic!("no column should be {other}"),
        };
        let kind = if info.required == 1 { kind.to_owned() } else { format!("Nullable<{kind}>") };
        (info.name, kind, info.place)
    }
}

/// What SQLite says.
fn made(connection: &mut SqliteConnection) -> Schema {
    let mut schema = Schema::default();
    let tables: Vec<Part> = diesel::sql_query(
        "SELECT name, sql FROM sqlite_master \
         WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
    )
    .load(connection)
    .unwrap();
    for Part { name, .. } in tables {
        let columns = diesel::sql_query(
            "SELECT name, type AS kind, \"notnull\" AS required, pk AS place FROM pragma_table_info(?) ORDER BY cid",
        );
        let columns = columns.bind::<Text, _>(&name).load::<ColumnInfo>(connection).unwrap();
        let links = diesel::sql_query(
            "SELECT '' AS name, ?1 || ' -> ' || \"table\" || ' (' || \"from\" || ')' AS sql \
             FROM pragma_foreign_key_list(?1)",
        );
        let links = links.bind::<Text, _>(&name).load::<Part>(connection).unwrap();
        schema.links.extend(links.into_iter().map(|link| link.sql));
        schema.tables.insert(name, columns.into_iter().map(Column::from).collect());
    }
    schema.links.sort();
    schema
}

#[test]
fn the_source_says_what_the_database_is() {
    let (_dir, mut connection) = database();
    connection.run_pending_migrations(MIGRATIONS).unwrap();
    let (written, made) = (written(), made(&mut connection));
    assert_eq!(written.tables.keys().collect::<Vec<_>>(), made.tables.keys().collect::<Vec<_>>());
    assert!(written.tables.len() >= 8 && written.links.len() >= 8, "the reader reads: {written:?}");
    assert_eq!(written, made);
}

#[test]
fn the_diesel_command_prints_the_source() {
    let (dir, mut connection) = database();
    connection.run_pending_migrations(folder()).unwrap();
    let mut diesel = Command::new("diesel");
    diesel.current_dir(root("")).args(["print-schema", "--database-url"]).arg(dir.path().join("schema.db"));
    let output = match diesel.output() {
        Ok(output) => output,
        Err(error) => return eprintln!("not compared with `diesel print-schema`, which is not installed: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let source = std::fs::read_to_string(root("src/store/schema.rs")).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), source);
}
