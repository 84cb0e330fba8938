-- Checks of codes: macros that give NULL where the code is valid (or there is
-- none: NULL or ''), else the reason, one of a few short texts.
--
--   form                    not the characters and length that such a code has
--   wrong check character   the form is right; the last letter does not follow from the rest
--   wrong check digit       the same of a digit, or of two of them
--   wrong check digits
--   wrong CIN               the IBAN is right, the Italian check letter in it is not
--
-- A code is taken as it stands: trim it first, and do not expect lower case,
-- spaces inside or lost leading zeros to pass. Each macro takes its argument
-- into a lambda, so that an expression given to it is evaluated once.

-- The value of a letter or digit in the sums of the codice fiscale and of the
-- CIN: its place in a row of 26 pairs. Odd places count by a table of the law,
-- even ones by face value (A and 0 are 0).
create or replace macro check_odd(c, n) as
  (instr('B1A0K.P.L.C2Q.D3R.E4V.O.S.F5T.G6U.H7M.I8N.J9W.Z.Y.X.', substr(c, n, 1)) - 1) // 2;
create or replace macro check_even(c, n) as
  (instr('A0B1C2D3E4F5G6H7I8J9K.L.M.N.O.P.Q.R.S.T.U.V.W.X.Y.Z.', substr(c, n, 1)) - 1) // 2;

-- Digit n of eleven, and its double with the digits of the double added (Luhn).
create or replace macro check_digit(c, n) as ascii(substr(c, n, 1)) - 48;
create or replace macro check_digit_doubled(c, n) as
  ascii(substr('0246813579', ascii(substr(c, n, 1)) - 47, 1)) - 48;

create or replace macro check_eleven_digits(c) as
  case when (check_digit(c, 1) + check_digit_doubled(c, 2) + check_digit(c, 3) + check_digit_doubled(c, 4)
           + check_digit(c, 5) + check_digit_doubled(c, 6) + check_digit(c, 7) + check_digit_doubled(c, 8)
           + check_digit(c, 9) + check_digit_doubled(c, 10) + check_digit(c, 11)) % 10 <> 0
       then 'wrong check digit' end;

create or replace macro check_partita_iva(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' then null
       when not regexp_full_match(c, '[0-9]{11}') then 'form'
       else check_eleven_digits(c) end)[1];

-- Sixteen characters of a person (digits may be letters: omocodia), or the
-- eleven digits of an organisation.
create or replace macro check_codice_fiscale(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' then null
       when regexp_full_match(c, '[0-9]{11}') then check_eleven_digits(c)
       when not regexp_full_match(c, '[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]') then 'form'
       when (check_odd(c, 1) + check_even(c, 2) + check_odd(c, 3) + check_even(c, 4)
           + check_odd(c, 5) + check_even(c, 6) + check_odd(c, 7) + check_even(c, 8)
           + check_odd(c, 9) + check_even(c, 10) + check_odd(c, 11) + check_even(c, 12)
           + check_odd(c, 13) + check_even(c, 14) + check_odd(c, 15)) % 26 <> ascii(substr(c, 16, 1)) - 65
       then 'wrong check character' end)[1];

-- ISO 7064 mod 97-10 over letters and digits, the first four moved to the end.
create or replace macro check_97_digits(c) as
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    substr(c, 5) || substr(c, 1, 4),
    'A', '10'), 'B', '11'), 'C', '12'), 'D', '13'), 'E', '14'), 'F', '15'), 'G', '16'), 'H', '17'), 'I', '18'),
    'J', '19'), 'K', '20'), 'L', '21'), 'M', '22'), 'N', '23'), 'O', '24'), 'P', '25'), 'Q', '26'), 'R', '27'),
    'S', '28'), 'T', '29'), 'U', '30'), 'V', '31'), 'W', '32'), 'X', '33'), 'Y', '34'), 'Z', '35');
-- Without letters but in the first two and the fifth, as nearly all Italian
-- IBANs are, it is one number of thirty digits.
create or replace macro check_97(c) as
  case when regexp_full_match(c, 'IT[0-9]{2}[A-Z][0-9]{22}')
       then cast((ascii(substr(c, 5, 1)) - 55) || substr(c, 6) || '1829' || substr(c, 3, 2) as hugeint) % 97
       else list_transform([check_97_digits(c)], lambda d:
            cast(cast(cast(substr(d, 1, 36) as hugeint) % 97 as varchar) || substr(d, 37) as hugeint) % 97)[1] end;

-- Of Italy and San Marino with their CIN; of other countries by form and check digits.
create or replace macro check_iban(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' then null
       when regexp_full_match(c, '(IT|SM)[0-9]{2}[A-Z][0-9]{10}[A-Z0-9]{12}') then
         case when check_97(c) <> 1 then 'wrong check digits'
              when (check_odd(c, 6) + check_even(c, 7) + check_odd(c, 8) + check_even(c, 9)
                  + check_odd(c, 10) + check_even(c, 11) + check_odd(c, 12) + check_even(c, 13)
                  + check_odd(c, 14) + check_even(c, 15) + check_odd(c, 16) + check_even(c, 17)
                  + check_odd(c, 18) + check_even(c, 19) + check_odd(c, 20) + check_even(c, 21)
                  + check_odd(c, 22) + check_even(c, 23) + check_odd(c, 24) + check_even(c, 25)
                  + check_odd(c, 26) + check_even(c, 27)) % 26 <> ascii(substr(c, 5, 1)) - 65 then 'wrong CIN' end
       when regexp_matches(c, '^(IT|SM)') or not regexp_full_match(c, '[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}') then 'form'
       when check_97(c) <> 1 then 'wrong check digits' end)[1];

-- CIG, SmartCIG (X, Y, Z) and, by form alone, the CIG given since 2024 (A to U).
create or replace macro check_cig(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' then null
       when regexp_full_match(c, '[0-9]{7}[0-9A-F]{3}') then
         case when cast(substr(c, 1, 7) as bigint) * 211 % 4091 <> cast('0x' || substr(c, 8, 3) as bigint) then 'wrong check digits' end
       when regexp_full_match(c, '[XYZ][0-9A-F]{9}') then
         case when cast('0x' || substr(c, 4, 7) as bigint) * 211 % 251 <> cast('0x' || substr(c, 2, 2) as bigint) then 'wrong check digits' end
       when not regexp_full_match(c, '[A-U][0-9A-F]{9}') then 'form' end)[1];

create or replace macro check_cup(code) as
  case when cast(code as varchar) <> '' and not regexp_full_match(cast(code as varchar), '[A-Z][0-9]{2}[A-Z][0-9]{11}') then 'form' end;

-- Fifteen or seventeen digits: whether there are check digits among them only
-- the notice's first digit tells (see codice_avviso); or RF… of ISO 11649.
create or replace macro check_iuv(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' or regexp_full_match(c, '[0-9]{15}([0-9]{2})?') then null
       when not regexp_full_match(c, 'RF[0-9]{2}[A-Z0-9]{1,21}') then 'form'
       when check_97(c) <> 1 then 'wrong check digits' end)[1];

-- Number of a pagoPA notice: its first digit tells the form; 1 has no check digits.
create or replace macro check_codice_avviso(code) as list_transform([cast(code as varchar)], lambda c:
  case when c is null or c = '' then null
       when not regexp_full_match(c, '[0-3][0-9]{17}') then 'form'
       when substr(c, 1, 1) <> '1' and cast(substr(c, 1, 16) as bigint) % 93 <> cast(substr(c, 17, 2) as bigint)
       then 'wrong check digits' end)[1];

create or replace macro check_piano_dei_conti(code) as
  case when cast(code as varchar) <> '' and not regexp_full_match(cast(code as varchar), '[EU][.][0-9][.][0-9]{2}[.][0-9]{2}[.][0-9]{2}[.][0-9]{3}') then 'form' end;

create or replace macro check_siope(code) as
  case when cast(code as varchar) <> '' and not regexp_full_match(cast(code as varchar), '[0-9]{4,10}') then 'form' end;

create or replace macro check_ufficio_ipa(code) as
  case when cast(code as varchar) <> '' and not regexp_full_match(cast(code as varchar), '[A-Z0-9]{6}') then 'form' end;
