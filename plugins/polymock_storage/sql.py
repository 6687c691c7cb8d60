"""The SQL of the store `sqlite`: what its file looks like, and every statement on it.

Constant texts: whatever comes from outside is a parameter, and SQLite compiles each text once.

A collection of a space is a row of `collections`; elsewhere it stands by its number. `blocks` has
the counts of its rows, and of those that are no tombstones: as a whole (level 0, number 0), by wide
blocks of positions (level 1) and by narrow ones (level 2); a block without rows is not there. They
stand backwards, so that the three counts of a row at the end mostly share a page of the file. The
few rows that expire are in no count: they are counted when somebody asks, through `rows_expiry`. A
page of rows is found in an index alone (`rows_order`, or `links`, which repeats what it needs), so
that rows which are skipped are not read. `value` stands last in `rows`: SQLite reads a row from its
front, and a value may be long.
"""

APPLICATION_ID = 0x504D574F
"""Marks a file as a world of Polymock ("PMWO"), by `PRAGMA application_id`."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE revisions (last INTEGER NOT NULL)",
        "INSERT INTO revisions (last) VALUES (0)",
        """CREATE TABLE collections (
            id INTEGER PRIMARY KEY, space TEXT NOT NULL, name TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX collections_name ON collections (space, name)",
        """CREATE TABLE blocks (
            collection INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL,
            rows INTEGER NOT NULL, live INTEGER NOT NULL,
            PRIMARY KEY (collection, level, number DESC)
        ) WITHOUT ROWID""",
        """CREATE TABLE rows (
            id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, key TEXT NOT NULL,
            revision INTEGER NOT NULL, position INTEGER NOT NULL, live INTEGER NOT NULL,
            expires REAL, links BLOB, value BLOB
        )""",
        "CREATE UNIQUE INDEX rows_key ON rows (collection, key)",
        "CREATE INDEX rows_order ON rows (collection, position, key, live, expires)",
        """CREATE INDEX rows_expiry ON rows (collection, live, expires)
            WHERE expires IS NOT NULL""",
        """CREATE TABLE links (
            collection INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
            position INTEGER NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL,
            live INTEGER NOT NULL, expires REAL,
            PRIMARY KEY (collection, name, text, position, key)
        ) WITHOUT ROWID""",
        """CREATE TABLE sequences (
            space TEXT NOT NULL, name TEXT NOT NULL, last INTEGER NOT NULL,
            PRIMARY KEY (space, name)
        ) WITHOUT ROWID""",
    ),
)
"""What makes a file of version n (`PRAGMA user_version`; 0 is an empty one) one of n + 1."""

_ADD_LINKS = """
        INSERT INTO links (collection, name, text, position, key, id, live, expires)
        SELECT NEW.collection, link.key, link.value, NEW.position, NEW.key,
            last_insert_rowid(), NEW.value IS NOT NULL, NULL
        FROM json_each(CAST(NEW.links AS TEXT)) AS link;"""


def _adding(name: str, condition: str, add_links: str) -> str:
    """The trigger that adds those rows of `new_rows` of which a condition is true."""
    return f"""CREATE TEMP TRIGGER {name} INSTEAD OF INSERT ON new_rows WHEN {condition} BEGIN
        SELECT RAISE(ABORT, 'not behind all others')
        WHERE NEW.behind IS NOT NULL AND NEW.position != max(NEW.behind, coalesce((
            SELECT max(position) + 1 FROM rows WHERE collection = NEW.collection
        ), 0));
        INSERT INTO rows (collection, key, revision, position, live, expires, links, value)
        VALUES (NEW.collection, NEW.key, NEW.revision, NEW.position, NEW.value IS NOT NULL,
            NULL, NEW.links, NEW.value);{add_links}
        INSERT INTO blocks (collection, level, number, rows, live)
        VALUES (NEW.collection, 0, 0, 1, NEW.value IS NOT NULL),
            (NEW.collection, 1, NEW.position / NEW.wide, 1, NEW.value IS NOT NULL),
            (NEW.collection, 2, NEW.position / NEW.narrow, 1, NEW.value IS NOT NULL)
        ON CONFLICT DO UPDATE SET rows = rows + 1, live = live + excluded.live;
        UPDATE sequences SET last = NEW.number
        WHERE space = NEW.space AND name = NEW.sequence AND last = NEW.number - 1;
        SELECT RAISE(ABORT, 'not the next number')
        WHERE NEW.number IS NOT NULL AND changes() = 0;
    END"""  # noqa: S608 - of constants alone


NEW_ROWS = (
    """CREATE TEMP VIEW new_rows (
        collection, key, revision, position, behind, links, value, narrow, wide,
        space, sequence, number
    ) AS SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL""",
    _adding("new_row", "NEW.links IS NULL", ""),
    _adding("new_linked_row", "NEW.links IS NOT NULL", _ADD_LINKS),
)
"""What each connection makes for itself: a row that is written to this view is added with its
links, counted, and takes its number. Whatever stands against it is an error, and all is undone.
`behind` is the least position of a row that must stand behind all others."""

# Reading

GET = """
SELECT value, revision, position, expires FROM rows
WHERE collection = (SELECT id FROM collections WHERE space = ? AND name = ?) AND key = ?"""

MANY = """
SELECT key, value, revision, position, expires FROM rows
WHERE collection = (SELECT id FROM collections WHERE space = ? AND name = ?)
    AND key IN (SELECT value FROM json_each(?)) AND (expires IS NULL OR expires > ?)"""

SCAN = """
SELECT key, value, revision, position, expires FROM rows INDEXED BY rows_order
WHERE collection = (SELECT id FROM collections WHERE space = ? AND name = ?)
    AND position > ? AND live >= ? AND (expires IS NULL OR expires > ?)
ORDER BY position, key LIMIT ? OFFSET ?"""

SCAN_LINK = """
SELECT rows.key, rows.value, rows.revision, rows.position, rows.expires FROM (
    SELECT id, position, key FROM links
    WHERE collection = (SELECT id FROM collections WHERE space = ? AND name = ?)
        AND name = ? AND text = ?
        AND position > ? AND live >= ? AND (expires IS NULL OR expires > ?)
    ORDER BY position, key LIMIT ? OFFSET ?
) AS page CROSS JOIN rows ON rows.id = page.id
ORDER BY page.position, page.key"""

COUNT = """
SELECT coalesce((
    SELECT live FROM blocks WHERE collection = collections.id AND level = 0 AND number = 0
), 0) + (
    SELECT count(*) FROM rows
    WHERE rows.collection = collections.id AND rows.live = 1 AND rows.expires > ?
) FROM collections WHERE space = ? AND name = ?"""

COLLECTIONS = """
SELECT name FROM collections WHERE space = ? AND (EXISTS (
    SELECT 1 FROM blocks WHERE collection = collections.id AND level = 0
) OR EXISTS (
    SELECT 1 FROM rows
    WHERE rows.collection = collections.id AND rows.live IN (0, 1) AND rows.expires > ?
)) ORDER BY name"""

SPACES = """
SELECT DISTINCT space FROM collections
WHERE space >= ?1 AND substr(space, 1, length(?1)) = ?1 AND (EXISTS (
    SELECT 1 FROM blocks WHERE collection = collections.id AND level = 0
) OR EXISTS (
    SELECT 1 FROM rows
    WHERE rows.collection = collections.id AND rows.live IN (0, 1) AND rows.expires > ?2
)) ORDER BY space"""

COLLECTION = """
SELECT id, EXISTS (
    SELECT 1 FROM rows
    WHERE rows.collection = collections.id AND rows.live IN (0, 1) AND rows.expires > ?
) FROM collections WHERE space = ? AND name = ?"""
"""The number of a collection, and whether it has rows that expire."""

COUNT_ROWS = """
SELECT count(*) FROM rows INDEXED BY rows_order
WHERE collection = ? AND position >= ? AND position < ? AND live >= ? AND expires IS NULL"""

COUNT_BLOCKS = """
SELECT coalesce(sum(iif(?, live, rows)), 0) FROM blocks
WHERE collection = ? AND level = 2 AND number >= ? AND number < ?"""

WIDE_BLOCKS = """
SELECT number, iif(?, live, rows) FROM blocks
WHERE collection = ? AND level = 1 AND number >= ? ORDER BY number"""

NARROW_BLOCKS = """
SELECT number, iif(?, live, rows) FROM blocks
WHERE collection = ? AND level = 2 AND number >= ? AND number < ? ORDER BY number"""

EXPIRED = """
SELECT id, collection, key, position, links FROM rows INDEXED BY rows_expiry
WHERE expires <= ?"""

DATA_VERSION = "PRAGMA data_version"

# Writing

PROBE = "UPDATE revisions SET last = last WHERE FALSE"
"""Writes nothing, but fails where nothing can be written: BEGIN IMMEDIATE alone does not."""

STANDING = """
SELECT collections.id, rows.id, revision, position, rows.live, expires, links
FROM collections LEFT JOIN rows ON rows.collection = collections.id AND rows.key = ?
WHERE collections.space = ? AND collections.name = ?"""

TAKE_REVISIONS = "UPDATE revisions SET last = last + ? RETURNING last"

NEXT_POSITION = "SELECT max(?, coalesce(max(position) + 1, 0)) FROM rows WHERE collection = ?"

ADD_COLLECTION = "INSERT INTO collections (space, name) VALUES (?, ?)"

TALLY = """
INSERT INTO blocks (collection, level, number, rows, live)
VALUES (?1, 0, 0, ?2, ?3), (?1, 1, ?4, ?2, ?3), (?1, 2, ?5, ?2, ?3)
ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, live = live + excluded.live"""

ERASE_EMPTY_BLOCK = """
DELETE FROM blocks WHERE collection = ? AND level = ? AND number = ? AND rows = 0"""

ADD_ROW = """
INSERT INTO rows (collection, key, revision, position, live, expires, links, value)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

ADD_ALONE = """
INSERT INTO new_rows VALUES (
    (SELECT id FROM collections WHERE space = ? AND name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
)"""
"""Adds a row by one statement. An error of constraints says that there is more to do, or that it
is there already."""

REPLACE_ALONE = """
UPDATE rows SET revision = ?, value = ?
WHERE collection = (SELECT id FROM collections WHERE space = ? AND name = ?) AND key = ?
    AND revision = ? AND position = ? AND live = 1 AND expires IS NULL AND links IS ?"""
"""Writes another value over the one that is expected; nothing where any index knows of it."""

TAKE_NUMBER = "UPDATE sequences SET last = ?3 WHERE space = ?1 AND name = ?2 AND last = ?3 - 1"

REPLACE_VALUE = "UPDATE rows SET revision = ?, value = ? WHERE id = ?"

REPLACE_ROW = """
UPDATE rows SET revision = ?, position = ?, live = ?, expires = ?, links = ?, value = ?
WHERE id = ?"""

ERASE_ROW = "DELETE FROM rows WHERE id = ?"

ADD_LINK = """
INSERT INTO links (collection, name, text, position, key, id, live, expires)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

ERASE_LINK = """
DELETE FROM links WHERE collection = ? AND name = ? AND text = ? AND position = ? AND key = ?"""

TAKE = """
INSERT INTO sequences (space, name, last) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET last = max(last + 1, excluded.last) RETURNING last"""

ERASE_EMPTY_COLLECTIONS = """
DELETE FROM collections
WHERE NOT EXISTS (SELECT 1 FROM rows WHERE rows.collection = collections.id)"""

DROP = (
    "DELETE FROM links WHERE collection IN (SELECT id FROM collections WHERE space = ?)",
    "DELETE FROM rows WHERE collection IN (SELECT id FROM collections WHERE space = ?)",
    "DELETE FROM blocks WHERE collection IN (SELECT id FROM collections WHERE space = ?)",
    "DELETE FROM collections WHERE space = ?",
    "DELETE FROM sequences WHERE space = ?",
)

COPY = (
    """INSERT INTO collections (space, name)
    SELECT :target, name FROM collections WHERE space = :source""",
    """INSERT INTO blocks (collection, level, number, rows, live)
    SELECT other.id, level, number, rows, live
    FROM collections AS own
    JOIN collections AS other ON other.space = :target AND other.name = own.name
    JOIN blocks ON blocks.collection = own.id
    WHERE own.space = :source""",
    """INSERT INTO rows (collection, key, revision, position, live, expires, links, value)
    SELECT other.id, key, revision, position, rows.live, expires, links, value
    FROM collections AS own
    JOIN collections AS other ON other.space = :target AND other.name = own.name
    JOIN rows ON rows.collection = own.id
    WHERE own.space = :source""",
    """INSERT INTO links (collection, name, text, position, key, id, live, expires)
    SELECT other.id, links.name, text, links.position, links.key, rows.id, rows.live, rows.expires
    FROM collections AS own
    JOIN collections AS other ON other.space = :target AND other.name = own.name
    JOIN links ON links.collection = own.id
    JOIN rows ON rows.collection = other.id AND rows.key = links.key
    WHERE own.space = :source""",
    """INSERT INTO sequences (space, name, last)
    SELECT :target, name, last FROM sequences WHERE space = :source""",
)
