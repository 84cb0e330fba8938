package targettest

import "testing"

// Run runs the suite, each case on an empty database of its own.
func Run(t *testing.T, fresh func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"create compares existing tables", createCompares},
		{"tables are made once", createdAtOnce},
		{"values arrive as they are", valuesArrive},
		{"values that no target keeps are refused", valuesRefused},
		{"apply again changes nothing", applyAgain},
		{"a changed document is replaced in place", replace},
		{"two entities of a document share a table", sharedTable},
		{"a column that is written no more is emptied", droppedColumn},
		{"a line moves from one document to another", movedLine},
		{"an entity that moves leaves its old table", movedEntity},
		{"other batches, same documents", otherParts},
		{"rows of others are left alone", othersLeftAlone},
		{"a row that is someone else's is not taken over", notTakenOver},
		{"a failed batch leaves nothing behind", failedBatch},
		{"a cancelled batch leaves nothing behind", cancelledBatch},
		{"a broken connection leaves nothing behind", brokenConnection},
		{"damaged batches are refused", damagedBatches},
		{"violations name batch, constraint and key", violations},
		{"a missing table or column is named", missingColumns},
		{"constraints wait and come back", constraintsWait},
		{"constraints are kept", constraintsKept},
		{"the decision outlives an interruption", decisionOutlives},
		{"what breaks a waiting constraint is named", waitingViolated},
		{"one migration does not load where another's constraints wait", othersWait},
		{"totals are exact", totalsExact},
		{"totals by group", totalsByGroup},
		{"scope and baseline", scopeAndBaseline},
		{"one load at a time", oneAtATime},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, fresh(t))
		})
	}
}

func sameLines(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("nothing to compare with")
	}
	for i := range max(len(want), len(got)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(want) {
			a = want[i]
		}
		if i < len(got) {
			b = got[i]
		}
		if a != b {
			t.Errorf("line %d: want %s, got %s", i, a, b)
		}
	}
}
