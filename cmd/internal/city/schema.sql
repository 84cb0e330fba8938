-- The accounts of a metropolitan city in an accounting suite of the nineties.
--
-- Nothing is enforced here: the suite kept its keys and references in its
-- programs. The comment of a table names its natural key and the document it
-- is in terms of the new accounting (armonizzata). NRREC is the suite's
-- physical record number: unique in its table, and of no meaning.
--
-- Forms of values:
--   amount    text, Italian decimal, trailing zeros dropped: 1843,1  3100  0,05  -12,5
--   cents     text, digits, the amount in cents, zero-padded to 13: 0000000184310
--   day       text, dd/mm/yyyy; empty: none
--   moment    text, dd/mm/yyyy hh:mm:ss; empty: none
--   yyyymmdd  integer; 0: none
--   S/N       text, S yes, N no
--   code      text or integer without leading zeros
-- An empty text is NULL in a database. Numbers that refer to nothing are 0.

-- Acts (provvedimento). Key: ANNO, TIPO, NUMERO.
create table ATT_PROVV (
  NRREC   bigint not null primary key, -- record number
  ANNO    integer,      -- year of the act
  TIPO    varchar(2),   -- kind: DD determina dirigenziale, DG delibera di giunta, DC delibera di consiglio
  NUMERO  integer,      -- number in year and kind
  DTADOZ  varchar(10),  -- day it was adopted
  OGGETTO varchar(250), -- subject of the act
  SETTORE integer,      -- office that proposed it (a code of three digits, leading zeros lost: 20 is 020)
  STATO   varchar(1)    -- D definitivo, P provvisorio, A annullato
);

-- Creditors and debtors (soggetto). Key: CODSOG.
create table ANA_SOGG (
  NRREC   bigint not null primary key, -- record number
  CODSOG  integer,      -- code; 999 is the placeholder of other tables ("diversi") and is not here
  TIPSOG  varchar(1),   -- F person (PF), G company or body (PG)
  RAGSOC  varchar(200), -- name, of persons too
  COGNOM  varchar(80),  -- surname of a person
  NOME    varchar(80),  -- first name of a person
  SESSO   varchar(1),   -- M, F; empty for companies
  CODFIS  varchar(16),  -- codice fiscale: 16 characters, of companies 11 digits; empty: unknown
  PARIVA  varchar(11),  -- partita IVA, 11 digits
  DTNASC  varchar(10),  -- day of birth
  COMNAS  varchar(60),  -- place of birth
  PRONAS  varchar(2),   -- its province
  INDIR   varchar(120), -- address: street and number
  CAP     integer,      -- postal code, five digits, leading zeros lost; 0: none
  COMUNE  varchar(60),  -- town
  PROV    varchar(2),   -- province
  NAZ     varchar(3),   -- country: I, F, D, CH
  TEL     varchar(30),  -- telephone
  EMAIL   varchar(100), -- electronic mail
  FLGEN   varchar(1),   -- S/N generic: stands for many ("economo", "dipendenti")
  STATO   varchar(1),   -- V valido, S sospeso, B bloccato
  DTINS   varchar(19)   -- moment of insertion
);

-- Further addresses of a subject (sede secondaria). Key: CODSOG, PROGR.
create table ANA_INDIR (
  NRREC   bigint not null primary key, -- record number
  CODSOG  integer,      -- subject
  PROGR   integer,      -- 1, 2, …
  TIPIND  varchar(2),   -- SO sede operativa, RE residenza, DO domicilio
  INDIR   varchar(120), -- street and number
  CAP     integer,      -- postal code, leading zeros lost
  COMUNE  varchar(60),  -- town
  PROV    varchar(2)    -- province
);

-- Ways of being paid (modalità di pagamento). Key: CODSOG, PROGR.
create table ANA_MODPAG (
  NRREC   bigint not null primary key, -- record number
  CODSOG  integer,      -- subject
  PROGR   integer,      -- 1, 2, …
  TIPPAG  varchar(2),   -- CB bank account, CP postal account, QD cash (quietanza diretta), GF girofondi in Banca d'Italia
  IBAN    varchar(34),  -- of CB and CP
  ABI     integer,      -- bank, five digits, leading zeros lost; 0: none
  CAB     integer,      -- branch, five digits, leading zeros lost; 0: none
  NUMCC   varchar(12),  -- account number
  INTEST  varchar(200), -- holder
  DTFIN   integer,      -- yyyymmdd it ended; 0: open
  STATO   varchar(1)    -- V valida, A annullata
);

-- Budget chapters, one row per year (capitolo). Key: ESERC, PARTE, CAPIT, ARTIC.
create table FIN_CAPBIL (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year of the books (esercizio)
  PARTE   varchar(1),   -- E revenue (entrata, E), S expenditure (spesa, U)
  CAPIT   integer,      -- chapter
  ARTIC   integer,      -- article
  DESCAP  varchar(200), -- description
  TITOLO  integer,      -- title: S 1–7, E 1–9
  MISS    integer,      -- S: mission, two digits, leading zero lost; E: 0
  PROGR   integer,      -- S: programme within the mission, two digits, leading zero lost; E: 0
  MACAGG  integer,      -- S: macroaggregato as in 103 (title 1, macro 03); E: 0
  TIPOL   integer,      -- E: tipologia as in 30100 (title 3, 0100); S: 0
  CATEG   integer,      -- E: category within the tipologia as in 2 (02); S: 0
  VOCECO  varchar(8),   -- old chart of accounts; crosswalk/piano_dei_conti.csv
  CDR     integer,      -- responsible office, three digits, leading zeros lost
  FLIVA   varchar(1),   -- S/N relevant for VAT
  FLMEM   varchar(1),   -- S/N only kept as a reminder (per memoria)
  STAINI  varchar(18),  -- amount: initial appropriation (stanziamento iniziale di competenza)
  STAATT  varchar(18),  -- amount: current appropriation (stanziamento attuale di competenza)
  RESINI  varchar(18),  -- amount: residui presumed when the budget was made
  RESATT  varchar(18),  -- amount: residui, the sum of IMPATT of the non-void heads with ANNO < ESERC on it
  CASINI  varchar(18),  -- amount: initial cash appropriation = STAINI + RESINI
  CASATT  varchar(18),  -- amount: current cash appropriation = STAATT + RESATT
  STAAN2  varchar(18),  -- amount: current appropriation of the second year
  STAAN3  varchar(18),  -- amount: current appropriation of the third year
  MAXIMP  varchar(18)   -- amount: what may be committed at most (massimo impegnabile); empty: STAATT
);

-- Commitments (impegno, I) and assessments (accertamento, A), heads and subs.
-- A movement not exhausted in a year is carried into the next as a residuo: a
-- row with the same ANNO and NUMMOV under the next ESERC, for its subs too.
-- ANNO > ESERC are multi-year movements; they have their own row, on the same
-- number, when their year comes.
-- Key: TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB.
create table FIN_MOVIM (
  NRREC   bigint not null primary key, -- record number
  TIPMOV  varchar(1),   -- I impegno, A accertamento
  ESERC   integer,      -- year of the books
  ANNO    integer,      -- year of the movement: less than ESERC is a residuo
  NUMMOV  integer,      -- number in TIPMOV and ANNO
  NUMSUB  integer,      -- 0: the head; 1, 2, …: sub-impegno, sub-accertamento
  STATO   varchar(1),   -- 1 provisional P, 2 final D, 3 final not liquidable N (it has subs), 9 void A; crosswalk/stato_movimento.csv
  CAPIT   integer,      -- chapter (of ESERC; PARTE S for I, E for A)
  ARTIC   integer,      -- article
  CODSOG  integer,      -- subject; 0: none
  PRVANN  integer,      -- act: year; 0: none
  PRVTIP  varchar(2),   -- act: kind
  PRVNUM  integer,      -- act: number
  DTEMIS  integer,      -- yyyymmdd of issue
  DTSCAD  integer,      -- yyyymmdd due; 0: none
  IMPINI  varchar(18),  -- amount when it entered ESERC; of a residuo: what was left at the end of the year before
  IMPATT  varchar(18),  -- current amount
  IMPPAG  varchar(18),  -- amount paid (collected) in ESERC: the quote of orders in state 3; of a head: with its subs
  RESIDU  varchar(18),  -- amount left: IMPATT − IMPPAG; 0 if void
  OGGETTO varchar(250), -- description
  CODCUP  varchar(15),  -- CUP
  CODCIG  varchar(10),  -- CIG
  VOCECO  varchar(8),   -- old chart of accounts; crosswalk/piano_dei_conti.csv
  SIOPE   varchar(10),  -- SIOPE code of the time
  FLPLUR  varchar(1),   -- S/N part of a multi-year movement
  PLUANN  integer,      -- with ANNO > ESERC: the movement of ESERC it continues: its ANNO (same TIPMOV and ESERC); else 0
  PLUNUM  integer,      -- its NUMMOV
  RIAANN  integer,      -- re-assessed from a movement of the year before (riaccertamento): ANNO, under ESERC − 1; else 0
  RIANUM  integer       -- its NUMMOV
);

-- Constraints of a commitment on an assessment (vincolo). Key: ESERC, IMPANN, IMPNUM, ACCANN, ACCNUM.
create table LEG_VINC (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year of the books of both
  IMPANN  integer,      -- impegno: ANNO
  IMPNUM  integer,      -- impegno: NUMMOV
  ACCANN  integer,      -- accertamento: ANNO
  ACCNUM  integer,      -- accertamento: NUMMOV
  IMPVIN  varchar(18)   -- amount; their sum is at most IMPATT of each of the two
);

-- Liquidations (liquidazione), each on one impegno or sub. Key: ESERC, NUMLIQ.
create table FIN_LIQUID (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year of the books
  NUMLIQ  integer,      -- number
  STATO   varchar(1),   -- P provvisoria, D definitiva, A annullata; crosswalk/stato_liquidazione.csv
  DTLIQ   varchar(10),  -- day
  CODSOG  integer,      -- subject
  PROGMP  integer,      -- its payment method (ANA_MODPAG.PROGR); 0: none
  MOVANN  integer,      -- impegno: ANNO (under ESERC)
  MOVNUM  integer,      -- impegno: NUMMOV
  MOVSUB  integer,      -- impegno: NUMSUB; 0: the head itself
  IMPLIQ  varchar(18),  -- amount
  OGGETTO varchar(250), -- description
  PRVANN  integer,      -- act: year; 0: none
  PRVTIP  varchar(2),   -- act: kind
  PRVNUM  integer,      -- act: number
  CODCUP  varchar(15),  -- CUP
  CODCIG  varchar(10)   -- CIG
);

-- Invoices and other documents of suppliers (documento). Key: TIPDOC, ANNDOC, NUMDOC, CODSOG.
create table IVA_DOCTES (
  NRREC   bigint not null primary key, -- record number
  TIPDOC  varchar(2),   -- FA invoice, FD deferred invoice, AC advance, PA fee note (parcella), ND debit note, NC credit note; crosswalk/tipo_documento.csv
  ANNDOC  integer,      -- year of the document
  NUMDOC  varchar(20),  -- the supplier's number
  CODSOG  integer,      -- supplier
  DTDOC   varchar(10),  -- day of the document
  DTREG   varchar(10),  -- day it was registered
  NUMREG  integer,      -- number in the register of invoices of the year (RUF)
  DTSCAD  integer,      -- yyyymmdd due; 0: none
  IMPTOT  varchar(18),  -- amount = sum of the quotas' IMPQUO + ARROT; of a credit note positive too
  ARROT   varchar(18),  -- amount: rounding, up to 5 cents either way
  IMPIVA  varchar(18),  -- amount: VAT in it = sum of the quotas' IMPIVA
  STATO   varchar(1),   -- R registered, L liquidated whole, A void; crosswalk/stato_documento.csv
  FLSPLIT varchar(1),   -- S/N split payment
  IDSDI   varchar(20),  -- number of the exchange system (SDI), from 2015
  CODUFF  varchar(6),   -- office code in IPA
  OGGETTO varchar(250)  -- description
);

-- Lines of a document (quota). Key: TIPDOC, ANNDOC, NUMDOC, CODSOG, NUMRIG.
create table IVA_DOCRIG (
  NRREC   bigint not null primary key, -- record number
  TIPDOC  varchar(2),   -- document
  ANNDOC  integer, -- document: year
  NUMDOC  varchar(20), -- document: the supplier's number
  CODSOG  integer, -- document: supplier
  NUMRIG  integer,      -- 1, 2, …
  IMPQUO  varchar(18),  -- amount, VAT included
  IMPDED  varchar(18),  -- amount to be deducted: that of the credit notes on it
  CODIVA  varchar(4),   -- old VAT kind; crosswalk/codice_iva.csv
  IMPIVA  varchar(18),  -- amount: VAT in it
  FLSPLIT varchar(1),   -- S/N split payment
  LIQESE  integer,      -- liquidazione: ESERC; 0: none
  LIQNUM  integer,      -- liquidazione: NUMLIQ
  CODCUP  varchar(15),  -- CUP
  CODCIG  varchar(10),  -- CIG
  DESRIG  varchar(120)  -- description
);

-- Credit notes and the invoices they deduct from (documento relation).
-- Key: TIPNC, ANNNC, NUMNC, CODSOG, TIPFA, ANNFA, NUMFA.
create table IVA_DOCLEG (
  NRREC   bigint not null primary key, -- record number
  TIPNC   varchar(2),   -- the credit note
  ANNNC   integer, -- the credit note: year
  NUMNC   varchar(20), -- the credit note: number
  CODSOG  integer,      -- supplier of both
  TIPFA   varchar(2),   -- the invoice
  ANNFA   integer, -- the invoice: year
  NUMFA   varchar(20), -- the invoice: number
  IMPLEG  varchar(18)   -- amount deducted: the credit note's total
);

-- Orders: mandati (M) and reversali (R). Key: TIPORD, ESERC, NUMORD.
create table TES_ORDTES (
  NRREC   bigint not null primary key, -- record number
  TIPORD  varchar(1),   -- M mandato, R reversale
  ESERC   integer,      -- year of the books
  NUMORD  integer,      -- number, without gaps
  DTORD   integer,      -- yyyymmdd
  STATO   varchar(1),   -- 0 inserted I, 1 transmitted T, 2 signed F, 3 paid Q (quietanzato), 8 void A; crosswalk/stato_ordine.csv
  IMPORD  varchar(18),  -- amount = sum of the quotas
  CONTO   integer,      -- treasurer's account, seven digits, leading zeros lost: 1, 2, 3
  NUMDIS  integer,      -- list it was sent with (distinta); 0: none
  DTTRAS  integer,      -- yyyymmdd it was transmitted; 0: none
  DTQUIE  integer,      -- yyyymmdd of the treasurer's receipt (quietanza); 0: none
  NUMQUI  integer,      -- number of the receipt; 0: none
  DTSTOR  integer,      -- yyyymmdd it was made void (storno); 0: none
  FLCOP   varchar(1),   -- S/N covers treasury items (provvisori): the money has moved already
  OGGETTO varchar(250), -- description
  PRVANN  integer,      -- act: year; 0: none
  PRVTIP  varchar(2),   -- act: kind
  PRVNUM  integer       -- act: number
);

-- Lines of an order (quota): of a mandato on a liquidazione, of a reversale on an accertamento.
-- Key: TIPORD, ESERC, NUMORD, NUMRIG.
create table TES_ORDRIG (
  NRREC   bigint not null primary key, -- record number
  TIPORD  varchar(1),   -- order
  ESERC   integer, -- order: year of the books
  NUMORD  integer, -- order: number
  NUMRIG  integer,      -- 1, 2, …
  IMPRIG  varchar(18),  -- amount
  LIQNUM  integer,      -- M: liquidazione, under the order's ESERC; R: 0
  MOVANN  integer,      -- impegno or accertamento: ANNO, under the order's ESERC
  MOVNUM  integer,      -- its NUMMOV
  MOVSUB  integer,      -- its NUMSUB; 0: the head itself
  CAPIT   integer,      -- chapter of the movement
  ARTIC   integer,      -- its article
  CODSOG  integer,      -- payee or payer
  PROGMP  integer,      -- M: payment method of the payee; 0: none
  SIOPE   varchar(10),  -- SIOPE code of the time
  CODCUP  varchar(15),  -- CUP
  CODCIG  varchar(10)   -- CIG
);

-- Orders that belong together (ordine relation). Key: TIPDA, ESEDA, NUMDA, TIPA, ESEA, NUMA, TIPLEG.
create table TES_ORDLEG (
  NRREC   bigint not null primary key, -- record number
  TIPDA   varchar(1),   -- from: M
  ESEDA   integer,      -- from: ESERC
  NUMDA   integer,      -- from: NUMORD
  TIPA    varchar(1),   -- to: R
  ESEA    integer,      -- to: ESERC
  NUMA    integer,      -- to: NUMORD
  TIPLEG  varchar(3),   -- RIT withholding (ritenuta), SPL VAT of split payment
  IMPLEG  varchar(18)   -- amount: that of the reversale
);

-- Treasury items (provvisorio di cassa). Key: TIPPRV, ANNO, NUMPRV.
create table TES_PROVV (
  NRREC   bigint not null primary key, -- record number
  TIPPRV  varchar(1),   -- I money in (E), P money out (U)
  ANNO    integer,      -- year
  NUMPRV  integer,      -- number of the treasurer
  DTPRV   integer,      -- yyyymmdd
  CONTO   integer,      -- treasurer's account, leading zeros lost
  IMPPRV  varchar(18),  -- amount
  DENOM   varchar(200), -- who paid or was paid, as the treasurer writes it
  CAUSALE varchar(250)  -- what for
);

-- Orders that cover treasury items. Key: TIPPRV, ANNO, NUMPRV, ESERC, NUMORD (the order's TIPORD is R for I, M for P).
create table TES_PRVORD (
  NRREC   bigint not null primary key, -- record number
  TIPPRV  varchar(1),   -- item
  ANNO    integer, -- item: year
  NUMPRV  integer, -- item: number
  ESERC   integer,      -- order
  NUMORD  integer, -- order: number
  IMPCOP  varchar(18)   -- amount covered; the sum per non-void order is its amount, per item at most the item's
);

-- Treasurer's journal, one line per receipt and per item (giornale di cassa). Key: CONTO, ESERC, NUMOPE.
create table GIO_CASSA (
  NRREC   bigint not null primary key, -- record number
  CONTO   integer,      -- treasurer's account, leading zeros lost
  ESERC   integer,      -- year
  NUMOPE  integer,      -- number in account and year
  DTOPE   integer,      -- yyyymmdd
  SEGNO   varchar(1),   -- E in, U out
  IMPOPE  varchar(13),  -- cents
  TIPORI  varchar(1),   -- M mandato, R reversale, I or P provvisorio
  NUMORI  integer       -- its number, under ESERC
);

-- Treasurer's balances per account and month. Key: CONTO, ESERC, MESE.
create table GIO_SALDI (
  NRREC   bigint not null primary key, -- record number
  CONTO   integer,      -- treasurer's account, leading zeros lost
  ESERC   integer,      -- year
  MESE    integer,      -- month
  SALINI  varchar(18),  -- amount: balance before = SALFIN of the month before
  ENTRAT  varchar(18),  -- amount: in, the sum of the journal's lines E
  USCITE  varchar(18),  -- amount: out, the sum of the journal's lines U
  SALFIN  varchar(18)   -- amount: SALINI + ENTRAT − USCITE
);

-- Final accounts per chapter (rendiconto). Key: ESERC, PARTE, CAPIT, ARTIC.
create table FIN_CONSUN (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year of the books
  PARTE   varchar(1),   -- E, S
  CAPIT   integer,      -- chapter
  ARTIC   integer,      -- article
  PREVIS  varchar(18),  -- amount CP: final appropriation = STAATT of the chapter
  RESINI  varchar(18),  -- amount RS: residui at the start = TR of the year before
  RESPAG  varchar(18),  -- amount RR (revenue), PR (expenditure): collected, paid on residui
  RIACC   varchar(18),  -- amount R: re-assessment of residui, either sign
  COMPET  varchar(18),  -- amount A (accertamenti), I (impegni) of the year
  COMPAG  varchar(18),  -- amount RC, PC: collected, paid on those
  FPV     varchar(18),  -- amount FPV of expenditure
  RESIDP  varchar(18),  -- amount EP = RS − RR + R  (RS − PR + R)
  RESIDC  varchar(18),  -- amount EC = A − RC  (I − PC)
  TOTRES  varchar(18),  -- amount TR = EP + EC
  ECONOM  varchar(18)   -- amount ECP of expenditure = CP − I − FPV; empty for revenue
);

-- Result of the year (risultato di amministrazione). Key: ESERC.
create table FIN_RISULT (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year of the books
  FONINI  varchar(18),  -- amount: cash at the start = FONFIN of the year before
  RISCOS  varchar(18),  -- amount collected: reversali in state 3
  PAGAM   varchar(18),  -- amount paid: mandati in state 3
  FONFIN  varchar(18),  -- amount: cash at the end = FONINI + RISCOS − PAGAM = the treasurer's, over all accounts
  RESATT  varchar(18),  -- amount: residui attivi, the sum of TR of revenue
  RESPAS  varchar(18),  -- amount: residui passivi, the sum of TR of expenditure
  FPV     varchar(18),  -- amount: the sum of FPV
  RISULT  varchar(18)   -- amount: FONFIN + RESATT − RESPAS − FPV
);

-- Journal entries (scrittura, prima nota). Key: ESERC, NUMPN.
create table COG_PNTES (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year
  NUMPN   integer,      -- number, without gaps
  DTPN    integer,      -- yyyymmdd
  CAUSPN  varchar(3),   -- cause: FAT, LIQ, MAN, REV, RET; crosswalk/causale.csv
  STATO   varchar(1),   -- D definitiva, P provvisoria, A annullata; crosswalk/stato_scrittura.csv
  DESPN   varchar(250), -- description
  TIPORI  varchar(1),   -- comes from: F documento, L liquidazione, M mandato, R reversale; empty: by hand. Only told, not a reference
  NUMORI  varchar(40)   -- which: its number as people write it
);

-- Lines of an entry (movimento). Key: ESERC, NUMPN, NUMRIG.
create table COG_PNRIG (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- entry
  NUMPN   integer, -- entry: number
  NUMRIG  integer,      -- 1, 2, …
  CONTO   integer,      -- account of the old chart; crosswalk/conto.csv
  SEGNO   varchar(1),   -- D dare, A avere
  IMPRIG  varchar(18),  -- amount; sum of D = sum of A
  DESRIG  varchar(120)  -- description
);

-- Payments through pagoPA (transazione). Key: IUV, CFENTE, IDRICE.
create table PAG_TRANS (
  NRREC   bigint not null primary key, -- record number
  IUV     varchar(25),  -- creditor reference
  CFENTE  varchar(11),  -- the creditor body's codice fiscale
  IDRICE  varchar(35),  -- receipt
  NUMAVV  varchar(18),  -- notice number: 3 + IUV
  IMPPAG  varchar(13),  -- cents: amount paid = sum of its transfers
  IMPCOM  varchar(13),  -- cents: fee of the payment service provider, not in IMPPAG
  ESITO   varchar(2),   -- OK
  DTPAG   varchar(19),  -- moment of payment
  DTAPP   integer,      -- yyyymmdd of application
  DTTRAS  integer,      -- yyyymmdd of transfer
  CODTRI  varchar(4),   -- tribute: 3944 TARI, 3955 canone unico, 9999 other
  ANNRIF  integer,      -- year the tribute is of
  TIPVER  varchar(1),   -- TARI: I TEFA not divided from it, S divided; other: empty
  CFDEB   varchar(16),  -- debtor: codice fiscale
  DEBIT   varchar(140), -- debtor: name
  CFVERS  varchar(16),  -- payer: codice fiscale; empty: the debtor
  VERSAN  varchar(140), -- payer: name
  IDPSP   varchar(35),  -- payment service provider
  METPAG  varchar(4),   -- CP card, BP bank, PO post, AD debit
  CAUSALE varchar(140)  -- what for
);

-- Transfers of a payment, up to five. Key: IUV, CFENTE, IDRICE, IDTRAS.
create table PAG_TRASF (
  NRREC   bigint not null primary key, -- record number
  IUV     varchar(25),  -- payment
  CFENTE  varchar(11), -- payment: creditor body
  IDRICE  varchar(35), -- payment: receipt
  IDTRAS  integer,      -- 1–5
  IMPTRA  varchar(13),  -- cents
  CFBEN   varchar(11),  -- beneficiary: codice fiscale
  IBANBE  varchar(27),  -- beneficiary: IBAN
  CATEG   varchar(10)   -- transfer category: 0101101IM TARI, 0201102IM TEFA, 9/… other
);

-- Settlement flows (FdR, flusso di rendicontazione): what one credit transfer to us holds.
-- Key: IDFLUS.
create table PAG_FLUSSI (
  NRREC   bigint not null primary key, -- record number
  IDFLUS  varchar(35),  -- identificativoFlusso
  DTFLUS  varchar(19),  -- moment of the flow
  IDREG   varchar(35),  -- identificativoUnivocoRegolamento
  DTREG   integer,      -- yyyymmdd of settlement
  IDPSP   varchar(35),  -- payment service provider
  NUMTOT  integer,      -- numeroTotalePagamenti = number of its lines
  IMPTOT  varchar(13),  -- cents: importoTotalePagamenti = sum of its lines = the treasury item
  PRVANN  integer,      -- treasury item (TIPPRV I): ANNO
  PRVNUM  integer       -- its NUMPRV
);

-- Payments in a settlement flow: one per transfer to us. Key: IDFLUS, IUV, IDTRAS.
create table PAG_FLURIG (
  NRREC   bigint not null primary key, -- record number
  IDFLUS  varchar(35),  -- flow
  IUV     varchar(25),  -- payment
  CFENTE  varchar(11),  -- payment
  IDRICE  varchar(35),  -- payment: its receipt (IUR)
  IDTRAS  integer,      -- its transfer
  IMPSIN  varchar(13),  -- cents: amount = that of the transfer
  ESITO   integer,      -- 0 carried out, 8 carried out in stand-in
  DTESI   varchar(10)   -- day
);

-- TEFA due to the province on what was collected, per day, tribute and year.
-- Key: DTVERS, CODTRI, ANNRIF, TIPVER.
create table PAG_TEFA (
  NRREC   bigint not null primary key, -- record number
  DTVERS  varchar(10),  -- day of payment
  CODTRI  varchar(4),   -- 3944
  ANNRIF  integer,      -- year the tribute is of
  TIPVER  varchar(1),   -- I: BASE holds TEFA undivided; S: BASE is TEFA itself
  BASE    varchar(18),  -- amount C: I the sum of IMPPAG; S the sum of the transfers of category 0201102IM
  ALIQ    integer,      -- rate in percent: 5
  LORDO   varchar(20),  -- amount, five decimals: I round(C × rate / (100 + rate), 5); S round(C, 5)
  COMMIS  varchar(20),  -- amount, five decimals: round(LORDO × 0.3 / 100, 5)
  CREDITO varchar(20),  -- amount, five decimals: credits set off
  NETTO   varchar(20)   -- amount, five decimals: LORDO − CREDITO − COMMIS
);

-- Projects of the recovery plan (PNRR). Key: CODCUP.
create table PNR_PROG (
  NRREC   bigint not null primary key, -- record number
  CODCUP  varchar(15),  -- CUP
  MISCOM  varchar(12),  -- mission, component, investment: M2C4I2.2
  TITOLO  varchar(200), -- title
  TOTFIN  varchar(18),  -- amount financed; at least TOTIMP
  TOTIMP  varchar(18),  -- amount: sum of IMPMOV of its movements I
  TOTACC  varchar(18)   -- amount: sum of IMPMOV of its movements A
);

-- Movements of the recovery plan: the new commitments and assessments on a project. Key: ESERC, NUMPNR.
create table PNR_MOVIM (
  NRREC   bigint not null primary key, -- record number
  ESERC   integer,      -- year, from 2021
  NUMPNR  integer,      -- number
  CODCUP  varchar(15),  -- project
  CODCIG  varchar(10),  -- CIG of the contract; empty for revenue
  TIPMOV  varchar(1),   -- I, A
  MOVANN  integer,      -- the movement: ANNO, under ESERC
  MOVNUM  integer,      -- its NUMMOV (head)
  IMPMOV  varchar(18),  -- amount: IMPATT of the movement
  DTMOV   varchar(10)   -- day
);
