package city

// balance is a balance of the accounts as SQL over the database: it gives the
// key of every group that does not balance, and by how many cents.
type balance struct {
	name Balance
	sql  string
}

// balances are those that doc.go promises, written from schema.sql and not
// from the generator. cents(text) reads an Italian decimal exactly.
func balances() []balance {
	return []balance{
		{EntryBalance, `select ESERC||'/'||NUMPN, sum(iif(SEGNO='D', cents(IMPRIG), -cents(IMPRIG))) d from COG_PNRIG group by ESERC, NUMPN having d <> 0`},
		{YearBalance, `select ESERC, sum(iif(SEGNO='D', cents(IMPRIG), -cents(IMPRIG))) d from COG_PNRIG group by ESERC having d <> 0`},
		{"scrittura_righe", `select ESERC||'/'||NUMPN, 0 from (select ESERC, NUMPN from COG_PNTES except select ESERC, NUMPN from COG_PNRIG)
			union all select ESERC||'/'||NUMPN, 0 from (select ESERC, NUMPN from COG_PNRIG except select ESERC, NUMPN from COG_PNTES)`},
		{DocumentQuotas, `with q as (select TIPDOC, ANNDOC, NUMDOC, CODSOG, sum(cents(IMPQUO)) s from IVA_DOCRIG group by 1, 2, 3, 4)
			select TIPDOC||'/'||ANNDOC||'/'||NUMDOC||'/'||CODSOG, cents(IMPTOT) - coalesce(s, 0) - cents(ARROT) d
			from IVA_DOCTES full join q using (TIPDOC, ANNDOC, NUMDOC, CODSOG) where d <> 0 or s is null or IMPTOT is null`},
		{"documento_iva", `with q as (select TIPDOC, ANNDOC, NUMDOC, CODSOG, sum(cents(IMPIVA)) s from IVA_DOCRIG group by 1, 2, 3, 4)
			select TIPDOC||'/'||ANNDOC||'/'||NUMDOC||'/'||CODSOG, cents(IMPIVA) - s d from IVA_DOCTES join q using (TIPDOC, ANNDOC, NUMDOC, CODSOG) where d <> 0`},
		{"documento_arrotondamento", `select NUMDOC, cents(ARROT) d from IVA_DOCTES where abs(d) > 5`},
		{"nota_di_credito", `select NUMNC, cents(IMPLEG) - cents(IMPTOT) d from IVA_DOCLEG l join IVA_DOCTES t
			on (t.TIPDOC, t.ANNDOC, t.NUMDOC, t.CODSOG) = (l.TIPNC, l.ANNNC, l.NUMNC, l.CODSOG) where d <> 0`},
		{"deduzioni", `with q as (select TIPDOC, ANNDOC, NUMDOC, CODSOG, sum(cents(IMPDED)) s from IVA_DOCRIG group by 1, 2, 3, 4 having s <> 0),
			l as (select TIPFA TIPDOC, ANNFA ANNDOC, NUMFA NUMDOC, CODSOG, sum(cents(IMPLEG)) n from IVA_DOCLEG group by 1, 2, 3, 4)
			select NUMDOC, coalesce(s, 0) - coalesce(n, 0) d from q full join l using (TIPDOC, ANNDOC, NUMDOC, CODSOG) where d <> 0`},
		{"liquidazione_quote", `with q as (select LIQESE ESERC, LIQNUM NUMLIQ, sum(cents(IMPQUO) - cents(IMPDED)) s from IVA_DOCRIG where LIQNUM > 0 group by 1, 2)
			select ESERC||'/'||NUMLIQ, s - cents(IMPLIQ) d from q left join FIN_LIQUID using (ESERC, NUMLIQ) where d > 0 or IMPLIQ is null`},
		{OrderQuotas, `with q as (select TIPORD, ESERC, NUMORD, sum(cents(IMPRIG)) s from TES_ORDRIG group by 1, 2, 3)
			select TIPORD||'/'||ESERC||'/'||NUMORD, cents(IMPORD) - s d from TES_ORDTES full join q using (TIPORD, ESERC, NUMORD) where d <> 0 or s is null or IMPORD is null`},
		{PaymentTotal, `with q as (select ESERC, LIQNUM NUMLIQ, sum(cents(IMPRIG)) s from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) where TIPORD = 'M' and STATO <> '8' group by 1, 2)
			select ESERC||'/'||NUMLIQ, s - cents(IMPLIQ) d from q left join FIN_LIQUID l using (ESERC, NUMLIQ) where d > 0 or l.STATO <> 'D' or IMPLIQ is null`},
		{"mandato_movimento", `select r.ESERC||'/'||NUMORD, 0 from TES_ORDRIG r left join FIN_LIQUID l on l.ESERC = r.ESERC and l.NUMLIQ = r.LIQNUM
			where TIPORD = 'M' and (r.MOVANN, r.MOVNUM, r.MOVSUB, r.CODSOG) is not (l.MOVANN, l.MOVNUM, l.MOVSUB, l.CODSOG)`},
		{"ordini_movimento", `with q as (select iif(TIPORD='M','I','A') TIPMOV, ESERC, MOVANN ANNO, MOVNUM NUMMOV, sum(cents(IMPRIG)) s
				from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) where STATO <> '8' group by 1, 2, 3, 4)
			select TIPMOV||'/'||ESERC||'/'||ANNO||'/'||NUMMOV, s - cents(IMPATT) d from q left join (select * from FIN_MOVIM where NUMSUB = 0) m
			using (TIPMOV, ESERC, ANNO, NUMMOV) where d > 0 or m.STATO in ('1', '9') or IMPATT is null`},
		{"ordini_sub", `with q as (select iif(TIPORD='M','I','A') TIPMOV, ESERC, MOVANN ANNO, MOVNUM NUMMOV, MOVSUB NUMSUB, sum(cents(IMPRIG)) s
				from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) where STATO <> '8' group by 1, 2, 3, 4, 5)
			select TIPMOV||'/'||ESERC||'/'||ANNO||'/'||NUMMOV||'/'||NUMSUB, s - cents(IMPATT) d from q left join FIN_MOVIM m
			using (TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB) where d > 0 or m.STATO <> '2' or IMPATT is null`},
		{"ordine_capitolo", `select NUMORD, 0 from TES_ORDRIG r left join FIN_MOVIM m on m.TIPMOV = iif(TIPORD='M','I','A') and (m.ESERC, m.ANNO, m.NUMMOV, m.NUMSUB) = (r.ESERC, r.MOVANN, r.MOVNUM, r.MOVSUB)
			where (m.CAPIT, m.ARTIC, m.CODSOG) is not (r.CAPIT, r.ARTIC, r.CODSOG)`},
		{SubCeiling, `with q as (select TIPMOV, ESERC, ANNO, NUMMOV, sum(cents(IMPATT)) s from FIN_MOVIM where NUMSUB > 0 and STATO <> '9' group by 1, 2, 3, 4)
			select TIPMOV||'/'||ESERC||'/'||ANNO||'/'||NUMMOV, s - cents(IMPATT) d from q left join (select * from FIN_MOVIM where NUMSUB = 0) m
			using (TIPMOV, ESERC, ANNO, NUMMOV) where d > 0 or m.STATO <> '3' or IMPATT is null`},
		{LiquidationTotal, `with q as (select ESERC, MOVANN ANNO, MOVNUM NUMMOV, sum(cents(IMPLIQ)) s from FIN_LIQUID where STATO <> 'A' group by 1, 2, 3)
			select ESERC||'/'||ANNO||'/'||NUMMOV, s - cents(IMPATT) d from q left join (select * from FIN_MOVIM where TIPMOV = 'I' and NUMSUB = 0) m
			using (ESERC, ANNO, NUMMOV) where d > 0 or m.STATO in ('1', '9') or IMPATT is null`},
		{"vincolo_impegno", `with q as (select ESERC, IMPANN ANNO, IMPNUM NUMMOV, sum(cents(IMPVIN)) s from LEG_VINC group by 1, 2, 3)
			select NUMMOV, s - cents(IMPATT) d from q left join (select * from FIN_MOVIM where TIPMOV = 'I' and NUMSUB = 0) using (ESERC, ANNO, NUMMOV) where d > 0 or IMPATT is null`},
		{"vincolo_accertamento", `with q as (select ESERC, ACCANN ANNO, ACCNUM NUMMOV, sum(cents(IMPVIN)) s from LEG_VINC group by 1, 2, 3)
			select NUMMOV, s - cents(IMPATT) d from q left join (select * from FIN_MOVIM where TIPMOV = 'A' and NUMSUB = 0) using (ESERC, ANNO, NUMMOV) where d > 0 or IMPATT is null`},
		{"capitolo_impegni", heads + `select CAPIT, s - coalesce(cents(MAXIMP), cents(STAATT)) d from FIN_CAPBIL c join h using (ESERC, PARTE, CAPIT, ARTIC) where PARTE = 'S' and d > 0`},
		{"capitolo_massimo", `select CAPIT, cents(MAXIMP) - cents(STAATT) d from FIN_CAPBIL where d > 0`},
		{"capitolo_anno2", heads + `select CAPIT, n - cents(STAAN2) d from FIN_CAPBIL c join h using (ESERC, PARTE, CAPIT, ARTIC) where d > 0`},
		{"capitolo_residui", heads + `select CAPIT, cents(RESATT) - coalesce(r, 0) d from FIN_CAPBIL c left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0`},
		{"capitolo_cassa", `select CAPIT, cents(CASATT) - cents(STAATT) - cents(RESATT) d from FIN_CAPBIL where d <> 0 union all
			select CAPIT, cents(CASINI) - cents(STAINI) - cents(RESINI) d from FIN_CAPBIL where d <> 0`},
		{"movimento_residuo", `select NUMMOV, cents(RESIDU) - iif(STATO = '9', 0, cents(IMPATT) - cents(IMPPAG)) d from FIN_MOVIM where d <> 0 or cents(RESIDU) < 0`},
		{"movimento_pagato", `with q as (select iif(TIPORD='M','I','A') TIPMOV, ESERC, MOVANN ANNO, MOVNUM NUMMOV, MOVSUB NUMSUB, cents(IMPRIG) c
				from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) where STATO = '3'),
			p as (select TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB, sum(c) s from (select * from q union all select TIPMOV, ESERC, ANNO, NUMMOV, 0, c from q where NUMSUB > 0) group by 1, 2, 3, 4, 5)
			select NUMMOV, cents(IMPPAG) - coalesce(s, 0) d from FIN_MOVIM left join p using (TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB) where d <> 0`},
		{ResidueCarry, `select n.TIPMOV||'/'||n.ESERC||'/'||n.ANNO||'/'||n.NUMMOV||'/'||n.NUMSUB, cents(n.IMPINI) - cents(p.RESIDU) d
			from FIN_MOVIM n join FIN_MOVIM p on p.ESERC = n.ESERC - 1 and (p.TIPMOV, p.ANNO, p.NUMMOV, p.NUMSUB) = (n.TIPMOV, n.ANNO, n.NUMMOV, n.NUMSUB) where d <> 0`},
		{"residuo_perso", `select NUMMOV, 0 from (select TIPMOV, ESERC + 1, ANNO, NUMMOV, NUMSUB from FIN_MOVIM where ESERC < 2024 and STATO <> '9' and cents(RESIDU) > 0
			except select TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB from FIN_MOVIM)`},
		{"residuo_senza_origine", `select NUMMOV, 0 from (select TIPMOV, ESERC, ANNO, NUMMOV, NUMSUB from FIN_MOVIM where ANNO < ESERC
			except select TIPMOV, ESERC + 1, ANNO, NUMMOV, NUMSUB from FIN_MOVIM where STATO <> '9')`},
		{ChapterOpening, heads + `select ESERC||'/'||PARTE||'/'||CAPIT||'/'||ARTIC, coalesce(i, 0) - cents(RESINI) d from FIN_CONSUN left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0`},
		{ChapterRevision, heads + `select ESERC||'/'||PARTE||'/'||CAPIT||'/'||ARTIC, coalesce(r - i, 0) - cents(RIACC) d from FIN_CONSUN left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0`},
		{"rendiconto_competenza", heads + `select CAPIT, coalesce(s, 0) - cents(COMPET) d from FIN_CONSUN left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0`},
		{"rendiconto_pagamenti", heads + `select CAPIT, coalesce(pr, 0) - cents(RESPAG) d from FIN_CONSUN left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0
			union all select CAPIT, coalesce(pc, 0) - cents(COMPAG) d from FIN_CONSUN left join h using (ESERC, PARTE, CAPIT, ARTIC) where d <> 0`},
		{"rendiconto_formule", `select CAPIT, 0 from FIN_CONSUN where cents(RESIDP) <> cents(RESINI) - cents(RESPAG) + cents(RIACC) or cents(RESIDC) <> cents(COMPET) - cents(COMPAG)
			or cents(TOTRES) <> cents(RESIDP) + cents(RESIDC) or PARTE = 'S' and cents(ECONOM) is not cents(PREVIS) - cents(COMPET) - cents(FPV) or PARTE = 'S' and cents(ECONOM) < 0`},
		{"rendiconto_previsione", `select CAPIT, 0 from FIN_CONSUN full join FIN_CAPBIL using (ESERC, PARTE, CAPIT, ARTIC) where PREVIS is not STAATT`},
		{"rendiconto_riporto", `select n.CAPIT, cents(n.RESINI) - coalesce(cents(p.TOTRES), 0) d from FIN_CONSUN n left join FIN_CONSUN p on p.ESERC = n.ESERC - 1 and (p.PARTE, p.CAPIT, p.ARTIC) = (n.PARTE, n.CAPIT, n.ARTIC) where d <> 0`},
		{"cassa_anno", `select ESERC, cents(FONFIN) - cents(FONINI) - cents(RISCOS) + cents(PAGAM) d from FIN_RISULT where d <> 0`},
		{"cassa_riporto", `select n.ESERC, cents(n.FONINI) - cents(p.FONFIN) d from FIN_RISULT n join FIN_RISULT p on p.ESERC = n.ESERC - 1 where d <> 0`},
		{"cassa_ordini", `with q as (select ESERC, sum(iif(TIPORD='R', cents(IMPRIG), 0)) i, sum(iif(TIPORD='M', cents(IMPRIG), 0)) o from TES_ORDRIG join TES_ORDTES using (TIPORD, ESERC, NUMORD) where STATO = '3' group by 1)
			select ESERC, 0 from FIN_RISULT left join q using (ESERC) where cents(RISCOS) is not i or cents(PAGAM) is not o`},
		{"cassa_tesoriere", `select r.ESERC, cents(r.FONFIN) - sum(cents(s.SALFIN)) d from FIN_RISULT r join GIO_SALDI s on s.ESERC = r.ESERC and s.MESE = 12 group by 1 having d <> 0 or count(*) <> 3`},
		{"risultato", `select r.ESERC, 0 from FIN_RISULT r join FIN_CONSUN c using (ESERC) group by 1 having cents(r.RESATT) <> sum(iif(c.PARTE='E', cents(TOTRES), 0)) or cents(RESPAS) <> sum(iif(c.PARTE='S', cents(TOTRES), 0))
			or cents(r.FPV) <> sum(cents(c.FPV)) or cents(RISULT) <> cents(FONFIN) + cents(RESATT) - cents(RESPAS) - cents(r.FPV)`},
		{CashCarry, `select n.CONTO||'/'||n.ESERC||'/'||n.MESE, cents(n.SALINI) - cents(p.SALFIN) d from GIO_SALDI n join GIO_SALDI p on p.CONTO = n.CONTO and p.ESERC * 12 + p.MESE = n.ESERC * 12 + n.MESE - 1 where d <> 0`},
		{CashMonth, `select CONTO||'/'||ESERC||'/'||MESE, cents(SALFIN) - cents(SALINI) - cents(ENTRAT) + cents(USCITE) d from GIO_SALDI where d <> 0`},
		{"giornale_righe", `with q as (select CONTO, ESERC, DTOPE / 100 % 100 MESE, sum(iif(SEGNO='E', cast(IMPOPE as integer), 0)) i, sum(iif(SEGNO='U', cast(IMPOPE as integer), 0)) o from GIO_CASSA group by 1, 2, 3)
			select MESE, 0 from GIO_SALDI full join q using (CONTO, ESERC, MESE) where cents(ENTRAT) is not coalesce(i, 0) or cents(USCITE) is not coalesce(o, 0)`},
		{"giornale_origini", `with q as (select r.TIPORD t, r.ESERC e, r.NUMORD n, CONTO k, sum(cents(IMPRIG)) a from TES_ORDTES join TES_ORDRIG r using (TIPORD, ESERC, NUMORD) where STATO = '3' and FLCOP = 'N' group by 1, 2, 3
				union all select TIPPRV, ANNO, NUMPRV, CONTO, cents(IMPPRV) from TES_PROVV)
			select n, a - cast(IMPOPE as integer) d from q full join GIO_CASSA on (TIPORI, ESERC, NUMORI, CONTO) = (t, e, n, k) where d <> 0 or d is null`},
		{"giornale_in_rosso", `select CONTO, cents(SALFIN) d from GIO_SALDI where d < 0`},
		{"provvisorio_coperto", `with q as (select TIPPRV, ANNO, NUMPRV, sum(cents(IMPCOP)) s from TES_PRVORD group by 1, 2, 3)
			select NUMPRV, s - cents(IMPPRV) d from TES_PROVV full join q using (TIPPRV, ANNO, NUMPRV) where d is null or d <> 0`},
		{"copertura_ordine", `with q as (select iif(TIPPRV='I','R','M') TIPORD, ESERC, NUMORD, sum(cents(IMPCOP)) s from TES_PRVORD group by 1, 2, 3)
			select NUMORD, s - cents(IMPORD) d from (select * from TES_ORDTES where FLCOP = 'S') full join q using (TIPORD, ESERC, NUMORD) where d is null or d <> 0 or STATO <> '3'`},
		{"relazione_ordini", `select NUMDA, cents(IMPLEG) - sum(cents(IMPRIG)) d from TES_ORDLEG l join TES_ORDRIG r on (r.TIPORD, r.ESERC, r.NUMORD) = (l.TIPA, l.ESEA, l.NUMA) group by l.NRREC having d <> 0`},
		{TransferTotal, `with q as (select IUV, CFENTE, IDRICE, sum(cast(IMPTRA as integer)) s, count(*) n, max(IDTRAS) m from PAG_TRASF group by 1, 2, 3)
			select IUV||'/'||CFENTE||'/'||IDRICE, cast(IMPPAG as integer) - s d from PAG_TRANS full join q using (IUV, CFENTE, IDRICE) where d is null or d <> 0 or n > 5 or n <> m`},
		{FlowNumber, `with q as (select IDFLUS, count(*) n from PAG_FLURIG group by 1) select IDFLUS, 100 * (NUMTOT - n) d from PAG_FLUSSI full join q using (IDFLUS) where d is null or d <> 0`},
		{FlowTotal, `with q as (select IDFLUS, sum(cast(IMPSIN as integer)) s from PAG_FLURIG group by 1) select IDFLUS, cast(IMPTOT as integer) - s d from PAG_FLUSSI join q using (IDFLUS) where d <> 0`},
		{FlowItem, `select IDFLUS, cast(IMPTOT as integer) - cents(IMPPRV) d from PAG_FLUSSI left join TES_PROVV on (TIPPRV, ANNO, NUMPRV) = ('I', PRVANN, PRVNUM) where d is null or d <> 0`},
		{"flusso_trasferimento", `select IUV, 0 from (select * from PAG_TRASF where CFBEN = CFENTE) t full join PAG_FLURIG r using (IUV, CFENTE, IDRICE, IDTRAS) group by IUV, CFENTE, IDRICE, IDTRAS
			having count(*) <> 1 or max(IMPTRA) is not max(IMPSIN)`},
		{"tefa_base", `with q as (select substr(DTPAG, 1, 10) DTVERS, CODTRI, ANNRIF, TIPVER, sum(iif(TIPVER='I', cast(IMPPAG as integer), cast(IMPTRA as integer))) s
				from PAG_TRANS join PAG_TRASF using (IUV, CFENTE, IDRICE) where TIPVER = 'I' or TIPVER = 'S' and CATEG = '0201102IM' group by 1, 2, 3, 4)
			select DTVERS, cents(BASE) - s d from PAG_TEFA full join q using (DTVERS, CODTRI, ANNRIF, TIPVER) where d is null or d <> 0`},
		{"tefa_formule", `select DTVERS, 0 from PAG_TEFA where units(LORDO) <> iif(TIPVER='I', (cents(BASE) * 1000 * ALIQ * 2 + 100 + ALIQ) / (2 * (100 + ALIQ)), cents(BASE) * 1000)
			or units(COMMIS) <> (units(LORDO) * 3 * 2 + 1000) / 2000 or units(NETTO) <> units(LORDO) - units(CREDITO) - units(COMMIS)`},
		{"pnrr_progetto", `with q as (select CODCUP, sum(iif(TIPMOV='I', cents(IMPMOV), 0)) o, sum(iif(TIPMOV='A', cents(IMPMOV), 0)) i from PNR_MOVIM group by 1)
			select CODCUP, 0 from PNR_PROG full join q using (CODCUP) where cents(TOTIMP) is not coalesce(o, 0) or cents(TOTACC) is not coalesce(i, 0) or cents(TOTFIN) < o`},
		{"pnrr_movimento", `select NUMPNR, 0 from PNR_MOVIM p left join FIN_MOVIM m on (m.TIPMOV, m.ESERC, m.ANNO, m.NUMMOV, m.NUMSUB, m.CODCUP) = (p.TIPMOV, p.ESERC, p.MOVANN, p.MOVNUM, 0, p.CODCUP)
			where m.IMPATT is not p.IMPMOV or m.STATO = '9'`},
		{OrderNumbers, `select TIPORD||'/'||ESERC||'/'||(NUMORD - 1), 100 from (select *, lag(NUMORD, 1, 0) over (partition by TIPORD, ESERC order by NUMORD) p from TES_ORDTES) where NUMORD <> p + 1`},
		{EntryNumbers, `select ESERC||'/'||(NUMPN - 1), 100 from (select *, lag(NUMPN, 1, 0) over (partition by ESERC order by NUMPN) p from COG_PNTES) where NUMPN <> p + 1`},
	}
}

// heads adds up the non-void heads of a chapter: s of the year, n of the next,
// r residual and i as it came in, pc and pr what was paid of them.
const heads = `with h as (select ESERC, iif(TIPMOV='I','S','E') PARTE, CAPIT, ARTIC,
	sum(iif(ANNO = ESERC, cents(IMPATT), 0)) s, sum(iif(ANNO > ESERC, cents(IMPATT), 0)) n, sum(iif(ANNO < ESERC, cents(IMPATT), 0)) r,
	sum(iif(ANNO < ESERC, cents(IMPINI), 0)) i, sum(iif(ANNO = ESERC, cents(IMPPAG), 0)) pc, sum(iif(ANNO < ESERC, cents(IMPPAG), 0)) pr
	from FIN_MOVIM where NUMSUB = 0 and STATO <> '9' group by 1, 2, 3, 4) `

// references are the references between tables: each query gives rows that
// refer to nothing.
func references() map[string]string {
	to := func(from, columns, where, target, key string) string {
		return "select " + columns + " from " + from + " where " + where + " except select " + key + " from " + target
	}
	return map[string]string{
		"movimento → capitolo":      to("FIN_MOVIM", "ESERC, iif(TIPMOV='I','S','E'), CAPIT, ARTIC", "true", "FIN_CAPBIL", "ESERC, PARTE, CAPIT, ARTIC"),
		"movimento → soggetto":      to("FIN_MOVIM", "CODSOG", "CODSOG <> 0", "ANA_SOGG", "CODSOG"),
		"movimento → provvedimento": to("FIN_MOVIM", "PRVANN, PRVTIP, PRVNUM", "PRVNUM <> 0", "ATT_PROVV", "ANNO, TIPO, NUMERO"),
		"movimento → pluriennale":   to("FIN_MOVIM", "TIPMOV, ESERC, PLUANN, PLUNUM", "PLUNUM <> 0", "FIN_MOVIM", "TIPMOV, ESERC, ANNO, NUMMOV"),
		"movimento → riaccertato":   to("FIN_MOVIM", "TIPMOV, ESERC - 1, RIAANN, RIANUM", "RIANUM <> 0", "FIN_MOVIM", "TIPMOV, ESERC, ANNO, NUMMOV"),
		"sub → movimento":           to("FIN_MOVIM", "TIPMOV, ESERC, ANNO, NUMMOV", "NUMSUB > 0", "FIN_MOVIM where NUMSUB = 0", "TIPMOV, ESERC, ANNO, NUMMOV"),
		"liquidazione → movimento":  to("FIN_LIQUID", "ESERC, MOVANN, MOVNUM, MOVSUB", "true", "FIN_MOVIM where TIPMOV = 'I' and STATO = '2'", "ESERC, ANNO, NUMMOV, NUMSUB"),
		"liquidazione → soggetto":   to("FIN_LIQUID", "CODSOG", "true", "ANA_SOGG", "CODSOG"),
		"liquidazione → modpag":     to("FIN_LIQUID", "CODSOG, PROGMP", "PROGMP <> 0", "ANA_MODPAG", "CODSOG, PROGR"),
		"liquidazione → atto":       to("FIN_LIQUID", "PRVANN, PRVTIP, PRVNUM", "PRVNUM <> 0", "ATT_PROVV", "ANNO, TIPO, NUMERO"),
		"ordine → atto":             to("TES_ORDTES", "PRVANN, PRVTIP, PRVNUM", "PRVNUM <> 0", "ATT_PROVV", "ANNO, TIPO, NUMERO"),
		"quota → modpag":            to("TES_ORDRIG", "CODSOG, PROGMP", "PROGMP <> 0", "ANA_MODPAG", "CODSOG, PROGR"),
		"documento → soggetto":      to("IVA_DOCTES", "CODSOG", "true", "ANA_SOGG", "CODSOG"),
		"nota → fattura":            to("IVA_DOCLEG", "TIPFA, ANNFA, NUMFA, CODSOG", "true", "IVA_DOCTES", "TIPDOC, ANNDOC, NUMDOC, CODSOG"),
		"nota → nota":               to("IVA_DOCLEG", "TIPNC, ANNNC, NUMNC, CODSOG", "true", "IVA_DOCTES where TIPDOC = 'NC'", "TIPDOC, ANNDOC, NUMDOC, CODSOG"),
		"relazione → mandato":       to("TES_ORDLEG", "TIPDA, ESEDA, NUMDA", "true", "TES_ORDTES where STATO <> '8'", "TIPORD, ESERC, NUMORD"),
		"relazione → reversale":     to("TES_ORDLEG", "TIPA, ESEA, NUMA", "true", "TES_ORDTES where STATO <> '8'", "TIPORD, ESERC, NUMORD"),
		"modpag → soggetto":         to("ANA_MODPAG", "CODSOG", "true", "ANA_SOGG", "CODSOG"),
		"indirizzo → soggetto":      to("ANA_INDIR", "CODSOG", "true", "ANA_SOGG", "CODSOG"),
		"riga → pagamento":          to("PAG_FLURIG", "IUV, CFENTE, IDRICE", "true", "PAG_TRANS", "IUV, CFENTE, IDRICE"),
	}
}
