"""Looking inside a file before it is sealed, in a process of its own.

Libraries that read PDF, pictures and XML are large, written in C and fed by strangers. None of them is loaded into the
gateway: they run in a child with bounds of memory, processor and files, which knows no key, no address and no
password, gets the bytes through a pipe and says what it found. What it cannot bear makes it die, and the file is
refused.

    flaws      what may be wrong with a file, and what the sender can do about it
    examiner   the gateway's side: feeds a child, hears it
    nursery    where children come from
    child      the other side: `python -m gateway.vault.examination.child`
    limits     what the child may use
    packing    several pictures in one piece
    hidden     a second file within a file
    inflation  how large a compressed stream would become, without making it
    pdf_check  programs, files and bombs within a PDF
    wrapped_pictures   how large a picture within a PDF is by its own word
    pictures   photographs: whole, upright, small
    traces     what a photograph notes beside its picture, taken out
    heic_traces   the same, of a HEIC
    binding    several photographs made into one PDF
    bank_file  which debits a bank sends back, in its XML
"""
