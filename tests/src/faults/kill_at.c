/* Runs a program and kills it just before the nth system call by which it changes anything.
 *
 * kill_at NUMBER LOG PROGRAM ARGUMENT...
 *
 * It sees what the program asks of the kernel itself, by whatever library. Each call that counts is a line
 * of LOG, its name. NUMBER 0 lets all of them pass. The exit status is the program's own, or 128 and the
 * number of the signal that ended it; 99 where it cannot be traced.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GET_SYSCALL_INFO 0x420e
#define AT_ENTRY 1
/* As <linux/ptrace.h> has it, which cannot be included beside <sys/ptrace.h> everywhere. */
struct info {
    uint8_t op;
    uint8_t pad[3];
    uint32_t arch;
    uint64_t instruction, stack, number, arguments[6];
    uint64_t more[4];
};

static const struct { long number; const char *name; } CHANGES[] = {
#define CHANGE(name) { SYS_##name, #name }
    CHANGE(unlinkat), CHANGE(renameat), CHANGE(renameat2), CHANGE(mkdirat), CHANGE(linkat),
    CHANGE(symlinkat), CHANGE(fsync), CHANGE(fdatasync), CHANGE(utimensat), CHANGE(ftruncate),
    CHANGE(fchmod), CHANGE(fchmodat), CHANGE(flock), CHANGE(copy_file_range), CHANGE(sendfile),
#ifdef SYS_unlink
    CHANGE(unlink), CHANGE(rmdir), CHANGE(rename), CHANGE(mkdir), CHANGE(link), CHANGE(symlink),
#endif
};

static const char *change(uint64_t number) {
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++)
        if (CHANGES[i].number == (long)number) return CHANGES[i].name;
    return NULL;
}

static void give_up(const char *what) {
    perror(what);
    exit(99);
}

int main(int count, char **arguments) {
    if (count < 4) return 99;
    int number = atoi(arguments[1]), seen = 0;
    FILE *log = fopen(arguments[2], "we");
    if (!log) give_up(arguments[2]);
    pid_t child = fork();
    if (child < 0) give_up("fork");
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0)) give_up("trace");
        raise(SIGSTOP);
        execv(arguments[3], arguments + 3);
        give_up(arguments[3]);
    }
    int status;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) give_up("wait for the program");
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, options)) give_up("set up the trace");
    if (ptrace(PTRACE_SYSCALL, child, 0, 0)) give_up("start the program");
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) give_up("wait for the program");
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread != child) continue;
            fclose(log);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        int passed_on = 0, stop = WSTOPSIG(status);
        if (stop == (SIGTRAP | 0x80)) {
            struct info info = { 0 };
            long got = ptrace(GET_SYSCALL_INFO, thread, (void *)sizeof info, &info);
            if (got < 0) give_up("look at a call");
            const char *name = info.op == AT_ENTRY ? change(info.number) : NULL;
            if (name) {
                fprintf(log, "%s\n", name);
                fflush(log);
                if (++seen == number) kill(child, SIGKILL);
            }
        } else if (stop != SIGTRAP && stop != SIGSTOP) {
            passed_on = stop;
        }
        /* Gone already is what was wanted. */
        if (ptrace(PTRACE_SYSCALL, thread, 0, (void *)(long)passed_on) && errno != ESRCH) give_up("go on");
    }
}
