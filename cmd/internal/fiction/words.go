package fiction

import (
	"math/rand/v2"
	"strings"
)

// All names and texts are made up from these words. Some carry what real ones
// carry: accents, apostrophes, and quotes that close nothing.

func Surnames() []string {
	return strings.Fields("Albaspina Borgolungo Calamonte Dellavigna Ercolini Fontanarsa Gattinbosco Lungofiume Malvestiti Nocetani Ortobello Pietralata Querciola Roccaverde Selvapiana Torrechiara Ulivastri Valdinebbia Zaffaroni Mezzacosta")
}

func WomenNames() []string {
	return strings.Fields("Adalgisa Bice Clorinda Desolina Ersilia Fulvia Gilda Ines Letizia Nives Ottavia Palmira")
}

func MenNames() []string {
	return strings.Fields("Amedeo Bortolo Celso Delfino Evaristo Fiorenzo Gualtiero Isidoro Leopoldo Nazzareno Olindo Primo")
}

func Trades() []string {
	return []string{"COSTRUZIONI", "IMPIANTI", "RISTORAZIONE", "GRAFICHE", "TRASPORTI", "VIVAI", "SERVIZI", "INFORMATICA", "PULIZIE", "ASFALTI", "CARTOLERIA", "FALEGNAMERIA"}
}

func LegalForms() []string {
	return []string{"S.R.L.", "S.P.A.", "S.N.C.", "SOC. COOP.", "& FIGLI S.A.S."}
}

func Streets() []string {
	return []string{"DELLE MAGNOLIE", "DEL MULINO VECCHIO", "DELL'ACQUEDOTTO", "SAN FEDELE", "DEI TRE PONTI", "DELLA LIBERTÀ", "PO MORTO", "MONTE ORSO"}
}

func Towns() []string {
	return []string{"BORGO SESTRIO", "CASTEL D'ORCO", "PIEVE ALTA", "SAN ROCCO AL GUADO", "VILLA FRANCA", "CITTÀ NUOVA"}
}

func Provinces() []string { return strings.Fields("VC NO BI TO AL MI") }

// Purposes of expenditure; %s is an object.
func Purposes() []string {
	return []string{"MANUTENZIONE %s", "FORNITURA %s", "SERVIZIO %s - SALDO", "LAVORI %s LOTTO \"A\"", "CONTRIBUTO PER %s", "UTENZE %s", "INCARICO %s", "NOLEGGIO %s 2° SEMESTRE"}
}

// Revenues are purposes of revenue; %s is an object.
func Revenues() []string {
	return []string{"PROVENTI %s", "CANONE %s", "RIMBORSO %s", "TRASFERIMENTO PER %s", "SANZIONI %s"}
}

func Objects() []string {
	return []string{"SCUOLA PRIMARIA", "IMMOBILI COMUNALI", "VERDE PUBBLICO", "PALESTRA", "BIBLIOTECA \"DEL PONTE", "MENSA", "ILLUMINAZIONE", "CIMITERO", "PARCHEGGI", "POLIZIA LOCALE", "ATTIVITÀ CULTURALI", "ANZIANI"}
}

func Pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
