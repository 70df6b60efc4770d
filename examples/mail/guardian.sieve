# For Dovecot (Pigeonhole): every mail goes through Guardian; what is not clean goes into a folder of its own.
# guardian-mail lies in the sieve_filter_bin_dir; dovecot.conf beside this file has the settings.
require ["vnd.dovecot.filter", "fileinto", "mailbox"];

if not filter "guardian-mail" {
    # Guardian failed: Sieve cannot hand a mail back to the server, so it is kept apart, and nothing is lost.
    fileinto :create "Not-Screened";
    stop;
}
if size :under 1 {
    # A policy of yours held it: it is in Guardian's folder of held messages, and nothing is left to deliver.
    discard;
    stop;
}
if not header :contains "X-Guardian-Outcome" ["clean", "notice"] {
    fileinto :create "Look-Twice";
    stop;
}
