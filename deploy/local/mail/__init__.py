"""The mail catcher: takes what the system sends, sends nothing on, shows it on a page.

store     the caught messages, one file each, found again at the next start
page      the HTML page and /messages.json
report    what another server answers when a mail cannot be delivered
pop3      the mailbox where such answers land
__main__  all servers, on loopback
part      how the stack runs it
"""
