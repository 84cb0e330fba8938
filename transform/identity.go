package transform

// NamespaceName is the URL whose UUIDv5 (under the URL namespace of RFC 9562)
// is the namespace of every id that a mapping makes. The name of an id under
// it is the id's own name and the parts of the natural key, joined by U+001F.
const NamespaceName = "https://travaso/document"

// namespace is v5(NameSpace_URL, NamespaceName), in hexadecimal.
const namespace = "a2bc387f021b5860a7f1e457e393e19a"

// vocabulary are the macros that compiled mappings are written with.
const vocabulary = `-- A text without the white space around it: blank, tab, line ends, no-break
-- space. Nearly all texts begin and end with a printable ASCII character, which
-- is told three times faster than trimming.
create or replace macro stripped(t) as
  case when t between '!' and '~' and right(t, 1) between '!' and '~' then t
       else trim(t, concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160))) end;

-- One part of a natural key.
create or replace macro key_part(x) as coalesce(stripped(cast(x as varchar)), '');

-- The UUIDv5 of a SHA-1 in hexadecimal: version 5, variant 10xx.
create or replace macro uuid_v5(h) as
  cast(concat(left(h, 12), '5', substr(h, 14, 3),
    case when substr(h, 17, 1) in ('0', '4', '8', 'c') then '8'
         when substr(h, 17, 1) in ('1', '5', '9', 'd') then '9'
         when substr(h, 17, 1) in ('2', '6', 'a', 'e') then 'a'
         else 'b' end,
    substr(h, 18, 15)) as uuid);

-- The id that belongs to a name: UUIDv5 under the namespace ` + NamespaceName + `
create or replace macro id_of(name) as uuid_v5(sha1(unhex('` + namespace + `') || encode(name)));

-- The problems of a row, without those that are not there.
create or replace macro found(problems) as list_filter(problems, lambda problem: problem is not null);
`
