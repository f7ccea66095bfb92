"""Files as banks send them: the same rejects in several shapes. Nobody of these exists."""

from uuid import UUID, uuid4

ISO = "urn:iso:std:iso:20022:tech:xsd:"


def a_report(*debits: str, batch: str = "", group: str = "", version: str = "pain.002.001.03") -> bytes:
    """pain.002 as most French banks write it: the default namespace, what was refused alone."""
    batches = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>ENF-P-2026-000001-RCUR</OrgnlPmtInfId>{batch}{''.join(debits)}</OrgnlPmtInfAndSts>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{ISO}{version}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <CstmrPmtStsRpt>
    <GrpHdr>
      <MsgId>BDF-{uuid4().hex[:12]}</MsgId><CreDtTm>2026-12-01T06:30:00+01:00</CreDtTm>
      <CdtrAgt><FinInstnId><BIC>BDFEFRPPCCT</BIC></FinInstnId></CdtrAgt>
    </GrpHdr>
    <OrgnlGrpInfAndSts>
      <OrgnlMsgId>ENF-P-2026-000001</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId>{group}
    </OrgnlGrpInfAndSts>
    {batches if debits or batch else ""}
  </CstmrPmtStsRpt>
</Document>""".encode()


def a_refusal(debit: UUID, code: str, cents: int | None = None, state: str = "RJCT") -> str:
    """A debit in a pain.002."""
    amount = "" if cents is None else f'<Amt><InstdAmt Ccy="EUR">{cents / 100:.2f}</InstdAmt></Amt>'
    return f"""<TxInfAndSts>
  <StsId>1</StsId><OrgnlInstrId>{debit.hex}</OrgnlInstrId><OrgnlEndToEndId>{debit.hex}</OrgnlEndToEndId>
  <TxSts>{state}</TxSts>
  <StsRsnInf><Orgtr><Id><OrgId><BICOrBEI>PSSTFRPPLYO</BICOrBEI></OrgId></Id></Orgtr><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>
  <OrgnlTxRef>{amount}<MndtRltdInf><MndtId>ENF-M-2026-000001</MndtId></MndtRltdInf>
    <Dbtr><Nm>Nadia Ferrand</Nm></Dbtr><DbtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></DbtrAcct>
  </OrgnlTxRef>
</TxInfAndSts>"""


def a_notice(*entries: str) -> bytes:
    """camt.054.001.02 with a prefix, in an envelope, in Latin-1: as those who host banks' exchanges send it."""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<env:BizMsg xmlns:env="urn:example:envelope"><env:Hdr>Société</env:Hdr>
<n:Document xmlns:n="{ISO}camt.054.001.02"><n:BkToCstmrDbtCdtNtfctn>
  <n:GrpHdr><n:MsgId>CAMT054-{uuid4().hex[:12]}</n:MsgId><n:CreDtTm>2026-12-03T18:00:00</n:CreDtTm></n:GrpHdr>
  <n:Ntfctn><n:Id>1</n:Id>{"".join(entries)}</n:Ntfctn>
</n:BkToCstmrDbtCdtNtfctn></n:Document></env:BizMsg>""".encode("iso-8859-1")


def a_returned_entry(debit: UUID, code: str, cents: int, day: str = "2026-12-02", way: str = "DBIT") -> str:
    """An entry of a camt.054.001.02 for one debit that came back, its id in capitals, charges on top."""
    return f"""<n:Ntry>
  <n:Amt Ccy="EUR">{(cents + 150) / 100:.2f}</n:Amt><n:CdtDbtInd>{way}</n:CdtDbtInd><n:Sts>BOOK</n:Sts>
  <n:BookgDt><n:Dt>{day}</n:Dt></n:BookgDt>
  <n:NtryDtls><n:TxDtls>
    <n:Refs><n:EndToEndId>{debit.hex.upper()}</n:EndToEndId><n:MndtId>ENF-M-2026-000001</n:MndtId></n:Refs>
    <n:AmtDtls><n:InstdAmt><n:Amt Ccy="EUR">{cents / 100:.2f}</n:Amt></n:InstdAmt></n:AmtDtls>
    <n:RtrInf><n:Rsn><n:Cd>{code}</n:Cd></n:Rsn><n:AddtlInf>Libellé libre é</n:AddtlInf></n:RtrInf>
  </n:TxDtls></n:NtryDtls>
</n:Ntry>"""


def a_statement(*details: str, state: str = "<Sts><Cd>BOOK</Cd></Sts>") -> bytes:
    """camt.053.001.08: one entry with all that came back that day, beside what came in."""
    return f"""<?xml version="1.0"?>
<Document xmlns="{ISO}camt.053.001.08"><BkToCstmrStmt>
  <GrpHdr><MsgId>STMT-{uuid4().hex[:12]}</MsgId><CreDtTm>2026-12-04T03:00:00Z</CreDtTm></GrpHdr>
  <Stmt><Id>12</Id><Acct><Id><IBAN>FR7630001007941234567890185</IBAN></Id></Acct>
    <Ntry><Amt Ccy="EUR">812.40</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
      <BookgDt><Dt>2026-12-03</Dt></BookgDt>
      <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
    <Ntry><Amt Ccy="EUR">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>{state}
      <BookgDt><DtTm>2026-12-03T23:30:00+01:00</DtTm></BookgDt>
      <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>
      <NtryDtls><Btch><NbOfTxs>{len(details)}</NbOfTxs></Btch>{"".join(details)}</NtryDtls></Ntry>
  </Stmt>
</BkToCstmrStmt></Document>""".encode()


def a_returned_detail(debit: UUID | str, code: str, cents: int) -> str:
    """One of the debits of such an entry; without a code, the bank gave no reason."""
    name = debit.hex if isinstance(debit, UUID) else debit
    reason = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>" if code else ""
    return f"""<TxDtls><Refs><InstrId>{name}</InstrId><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
  <Amt Ccy="EUR">{cents / 100:.2f}</Amt><CdtDbtInd>DBIT</CdtDbtInd>{reason}</TxDtls>"""
