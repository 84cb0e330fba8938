package legacy

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/travaso/travaso/cmd/internal/fiction"
	"github.com/travaso/travaso/validate/finding"
)

// subject is a creditor or debtor (soggetto).
type subject struct {
	id   string // SOGGETTO_ID
	code string // CODICE_SOGGETTO
}

const insertedSubjects = "01/02/2016 17:56:45"

// makeSubjects makes persons and companies, two to three.
func (t *town) makeSubjects(ctx context.Context) error {
	old := 0 // companies whose VAT number begins with 0
	for i := range t.quotas.soggetti {
		s := subject{id: t.id(), code: strconv.Itoa(5 + 7*i)}
		r := t.person()
		if i%5 < 3 {
			ancient := t.r.IntN(2) == 0
			r = t.company(ancient)
			if ancient {
				old++
				t.loseZero(r, s, old)
			}
		}
		for column, value := range map[string]string{
			"SOGGETTO_ID": s.id, "CODICE_SOGGETTO": s.code, "DELEGATO_ID": "0", "FL_GENERA_CODICE": "N",
			"AVVISO": "N", "STATO_SOGGETTO": "VALIDO", "GENERICO": "N", "FL_MIGRATO": "N",
			"ENTE_PROPRIETARIO_ID": Ente, "DATA_INS": insertedSubjects,
		} {
			r[column] = value
		}
		if err := t.out.add(ctx, Soggetti, "soggetto", r, nil); err != nil {
			return err
		}
		t.subjects = append(t.subjects, s)
	}
	return nil
}

// loseZero takes the leading zero off a VAT number, as a spreadsheet does.
func (t *town) loseZero(r row, s subject, candidate int) {
	if !t.spoil(&t.dirt.LostZeros, candidate) {
		return
	}
	r["PARTITA_IVA"] = strings.TrimPrefix(r["PARTITA_IVA"], "0")
	t.defects = append(t.defects, Defect{
		Kind: finding.CheckFailed, Severity: finding.Warning, Table: Soggetti, Key: Ente + "/" + s.code,
		Column: "PARTITA_IVA", Value: r["PARTITA_IVA"],
	})
}

func (t *town) person() row {
	female := t.r.IntN(2) == 0
	surname, name, sex := fiction.Pick(t.r, fiction.Surnames()), fiction.Pick(t.r, fiction.MenNames()), "M"
	if female {
		name, sex = fiction.Pick(t.r, fiction.WomenNames()), "F"
	}
	r := row{
		"TIPO_SOGGETTO": "PF", "RAGIONE_SOCIALE": strings.ToUpper(surname + " " + name),
		"COGNOME": strings.ToUpper(surname), "NOME": strings.ToUpper(name), "INDIRIZZO_PRINCIPALE": "N",
	}
	if t.r.IntN(3) > 0 { // of many persons nothing more is known
		born := time.Date(1935, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, t.r.IntN(24000))
		r["SESSO"], r["DATA_NASCITA"] = sex, born.Format(time.DateOnly)
		r["COMUNE_NASCITA"], r["PROVINCIA_NASCITA"], r["NAZIONE_NASCITA"] = fiction.Pick(t.r, fiction.Towns()), fiction.Pick(t.r, fiction.Provinces()), "ITALIA"
		r["CODICE_FISCALE"] = fiction.CodiceFiscale(t.r, surname, name, born, female)
	}
	return r
}

func (t *town) company(old bool) row {
	name := fmt.Sprintf("%s %s %s", strings.ToUpper(fiction.Pick(t.r, fiction.Surnames())), fiction.Pick(t.r, fiction.Trades()), fiction.Pick(t.r, fiction.LegalForms()))
	number := fiction.PartitaIVA(t.r, old)
	return row{
		"TIPO_SOGGETTO": "PGI", "FORMA_GIURIDICA": "PN||PERSONA NON FISICA", "RAGIONE_SOCIALE": name, "COGNOME": name,
		"CODICE_FISCALE": number, "PARTITA_IVA": number,
		"INDIRIZZO_PRINCIPALE": "S", "TIPO_INDIRIZZO": "SEDE_LEGALE", "TIPO_VIA": "VIA", "VIA": fiction.Pick(t.r, fiction.Streets()),
		"NUMERO_CIVICO": strconv.Itoa(1 + t.r.IntN(120)), "CAP": fmt.Sprintf("%05d", t.r.IntN(99_999)),
		"COMUNE": fiction.Pick(t.r, fiction.Towns()), "PROV": fiction.Pick(t.r, fiction.Provinces()), "NAZIONE": "ITALIA",
	}
}

// makePaymentMethods gives subjects in turn one way of being paid after the
// other, most of them a bank account.
func (t *town) makePaymentMethods(ctx context.Context) error {
	accounts := 0
	for i := range t.quotas.modpag {
		s, number := t.subjects[i%len(t.subjects)], i/len(t.subjects)
		r := row{
			"MODPAG_ID": t.id(), "SOGGETTO_ID": s.id, "CODICE_MODPAG": strconv.Itoa(number), "DELEGATO_ID": "0",
			"FL_GENERA_CODICE": "N", "SEDE_SECONDARIA": "N", "STATO_MODPAG": "VALIDO", "CODICE_ACCREDITO": "CT",
			"ENTE_PROPRIETARIO_ID": Ente, "FL_MIGRATO": "N", "DATA_INS": "01/02/2016 17:56:51",
		}
		if t.r.IntN(4) > 0 {
			accounts++
			r["CODICE_ACCREDITO"] = "CB"
			r["IBAN"], r["ABI"], r["CAB"], r["CONTO_CORRENTE"] = fiction.IBAN(t.r)
			t.breakIBAN(r, s, accounts)
		}
		if err := t.out.add(ctx, Modpag, "modalita_pagamento", r, nil); err != nil {
			return err
		}
	}
	return nil
}

// breakIBAN changes the last digit of an IBAN.
func (t *town) breakIBAN(r row, s subject, candidate int) {
	if !t.spoil(&t.dirt.WrongIBANs, candidate) {
		return
	}
	code := []byte(r["IBAN"])
	code[len(code)-1] = '0' + (code[len(code)-1]-'0'+1)%10
	r["IBAN"] = string(code)
	t.defects = append(t.defects, Defect{
		Kind: finding.CheckFailed, Severity: finding.Warning, Table: Modpag, Key: Ente + "/" + s.code + "/" + r["CODICE_MODPAG"],
		Column: "IBAN", Value: r["IBAN"],
	})
}
