/** For the help of `check`: logs of people's own, small enough to be copied and tried. */
export const logExamples = `Logs of your own system, those of all nodes together, as in
cat *.log | rashomon check - --consensus. They tell what a node has in a slot of
its log, and whether it knows that to be committed; and, if you log it, who leads
from here on in which ballot (term, view). Here two nodes disagree:

rashomon check - --consensus <<'END'
{"node": "n1", "leads": 7}
{"node": "n1", "slot": 3, "ballot": 7, "digest": "9f2c", "committed": true}
{"node": "n2", "slot": 3, "ballot": 7, "digest": "d41d", "committed": true}
END

Events of nodes, with their clocks (vector clocks; a number is Lamport's) and the
messages between them, as far as you log them. Here a clock is wrong:

rashomon check - --causality <<'END'
{"node": "n1", "clock": {"n1": 1}, "kind": "send", "message": "m1"}
{"node": "n2", "clock": {"n2": 1}, "kind": "receive", "message": "m1"}
END`;
