package legacy

import (
	"math/rand/v2"
	"strings"
)

// All names and texts are made up from these words. Some carry what real ones
// carry: accents, apostrophes, and quotes that close nothing.

func surnames() []string {
	return strings.Fields("Albaspina Borgolungo Calamonte Dellavigna Ercolini Fontanarsa Gattinbosco Lungofiume Malvestiti Nocetani Ortobello Pietralata Querciola Roccaverde Selvapiana Torrechiara Ulivastri Valdinebbia Zaffaroni Mezzacosta")
}

func womenNames() []string {
	return strings.Fields("Adalgisa Bice Clorinda Desolina Ersilia Fulvia Gilda Ines Letizia Nives Ottavia Palmira")
}

func menNames() []string {
	return strings.Fields("Amedeo Bortolo Celso Delfino Evaristo Fiorenzo Gualtiero Isidoro Leopoldo Nazzareno Olindo Primo")
}

func trades() []string {
	return []string{"COSTRUZIONI", "IMPIANTI", "RISTORAZIONE", "GRAFICHE", "TRASPORTI", "VIVAI", "SERVIZI", "INFORMATICA", "PULIZIE", "ASFALTI", "CARTOLERIA", "FALEGNAMERIA"}
}

func legalForms() []string {
	return []string{"S.R.L.", "S.P.A.", "S.N.C.", "SOC. COOP.", "& FIGLI S.A.S."}
}

func streets() []string {
	return []string{"DELLE MAGNOLIE", "DEL MULINO VECCHIO", "DELL'ACQUEDOTTO", "SAN FEDELE", "DEI TRE PONTI", "DELLA LIBERTÀ", "PO MORTO", "MONTE ORSO"}
}

func towns() []string {
	return []string{"BORGO SESTRIO", "CASTEL D'ORCO", "PIEVE ALTA", "SAN ROCCO AL GUADO", "VILLA FRANCA", "CITTÀ NUOVA"}
}

func provinces() []string { return strings.Fields("VC NO BI TO AL MI") }

// purposes of expenditure; %s is an object.
func purposes() []string {
	return []string{"MANUTENZIONE %s", "FORNITURA %s", "SERVIZIO %s - SALDO", "LAVORI %s LOTTO \"A\"", "CONTRIBUTO PER %s", "UTENZE %s", "INCARICO %s", "NOLEGGIO %s 2° SEMESTRE"}
}

// revenues are purposes of revenue; %s is an object.
func revenues() []string {
	return []string{"PROVENTI %s", "CANONE %s", "RIMBORSO %s", "TRASFERIMENTO PER %s", "SANZIONI %s"}
}

func objects() []string {
	return []string{"SCUOLA PRIMARIA", "IMMOBILI COMUNALI", "VERDE PUBBLICO", "PALESTRA", "BIBLIOTECA \"DEL PONTE", "MENSA", "ILLUMINAZIONE", "CIMITERO", "PARCHEGGI", "POLIZIA LOCALE", "ATTIVITÀ CULTURALI", "ANZIANI"}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
