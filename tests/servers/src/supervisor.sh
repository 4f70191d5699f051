# Ends a server and removes its folder when the process that started this script is gone, however it ended: then stdin ends.
#
# $1: the folder, made here.
# Lines on stdin: "watch PID SIGNAL": the leader of the server's processes, and what ends it fast and cleanly, or KILL; "forget": it is gone.

folder=$1 leader= soft= memory=

# Only the end of stdin ends this script.
trap '' HUP INT QUIT TERM PIPE TSTP TTOU

umask 077
mkdir "$folder" || exit 1
echo ready
exec >/dev/null 2>&1

while read -r word one two; do
    case $word in
    watch) leader=$one soft=$two ;;
    forget) leader= ;;
    esac
done

# The living processes of the server: the leader, its children, its process group.
family() {
    if [ -r /proc/self/stat ]; then
        for file in /proc/[0-9]*/stat; do
            line=
            read -r line <"$file"
            set -- ${line##*') '}
            id=${file#/proc/}
            one "${id%/stat}" "$2" "$3" "$1"
        done
    else
        ps -A -o pid= -o ppid= -o pgid= -o stat= | while read -r id parent group state; do
            one "$id" "$parent" "$group" "$state"
        done
    fi
}

# id parent group state
one() {
    case $4 in
    Z* | X* | '') ;;
    *)
        if [ "$1" = "$leader" ] || [ "$2" = "$leader" ] || [ "$3" = "$leader" ]; then
            echo "$1"
        fi
        ;;
    esac
}

# The number may have gone to a stranger by now: a server of ours has the folder among its arguments.
ours() {
    if [ -r "/proc/$leader/cmdline" ]; then
        tr '\0' ' ' <"/proc/$leader/cmdline" | grep -qF -- "$folder"
    else
        ps -o command= -p "$leader" | grep -qF -- "$folder"
    fi
}

# PostgreSQL holds a piece of System V memory; killed, it leaves it.
remember() {
    if [ -f "$folder/data/postmaster.pid" ]; then
        set -- $(sed -n 7p "$folder/data/postmaster.pid")
        memory="$memory $2"
    fi
}

if [ -n "$leader" ] && ours; then
    # A stopped server could not end.
    for id in $(family); do
        kill -s CONT "$id"
    done
    if [ "$soft" != KILL ]; then
        kill -s "$soft" "$leader"
        turns=0
        while [ -n "$(family)" ] && [ "$turns" -lt 60 ]; do
            turns=$((turns + 1))
            sleep 0.05
        done
    fi
    # The leader is stopped first, so that it has no further children, and dies last, so that its children can be found.
    kill -s STOP "$leader"
    for id in $(family); do
        kill -s STOP "$id"
    done
    remember
    turns=0
    while found=$(family) && [ -n "$found" ] && [ "$turns" -lt 200 ]; do
        turns=$((turns + 1))
        children=
        for id in $found; do
            if [ "$id" != "$leader" ]; then
                children=yes
                kill -s KILL "$id"
            fi
        done
        if [ -z "$children" ]; then
            kill -s KILL "$leader"
        fi
        sleep 0.02
    done
fi

remember
for id in $memory; do
    ipcrm -m "$id"
done

turns=0
while [ -e "$folder" ] && [ "$turns" -lt 50 ]; do
    turns=$((turns + 1))
    rm -rf "$folder" || sleep 0.1
done
