"""What dispatch programs and people call their columns, in nine languages.

A header is folded before it is looked up: NFKC, lower case, accents off, letters and
digits only, so "Stop #" is "stop" and "D.O. No." is "dono". Names seen in Circuit and
Spoke, OptimoRoute, Route4Me, Onfleet, VROOM, DropPath, Distribution Innovation,
Cartrack, Detrack, AntsRoute, EasyPost, Shippo, Shippit, AfterShip, Bring, EasyParcel,
TrackRoad and Amazon exports.
"""

import re
import unicodedata
from functools import lru_cache

FIELDS = {
    "stop": """
        stop; stop no; stop nr; stop num; stop number; stop id; stop order;
        stop position; stop sequence; stop index; sequence; sequence no;
        sequence number; seq; seq no; order in route; route order; visit order;
        route sequence; original stop number; drop no; drop number;
        serial number of the stop; Stopp; Stoppnummer; Stopp Nr; Stop-Nr; Reihenfolge;
        Tournummer Stopp; Halt; n° arrêt; arrêt; numéro d'arrêt; ordre de passage;
        parada; n.º de parada; número de parada; núm parada; secuencia; stopnummer;
        volgorde; volgnummer; przystanek; nr przystanku; kolejność; lp punktu; fermata;
        tappa; paragem; 停止順; 配達順; 順番; 訪問順; 停車順; 站点; 站点序号; 顺序;
        序号; 配送顺序; 停靠点
        """,
    "stop?": """
        position; pos; no; nr; num; number; ordre; orden; lp; rang; numero; n; 番号;
        編号; 编号; order no in route; delivery order; drop; index; laufende nummer;
        lfd nr; volg
        """,
    "tracking": """
        barcodes data; tracking; tracking number; tracking no; tracking num;
        tracking nr; tracking id; tracking code; tracking ref; tracking reference;
        tracking numbers; trackings; tracker tracking number; tba; barcode; barcodes;
        bar code; barcode number; barcode data; barcode value; parcel number; parcel no;
        parcel id; parcel code; parcel barcode; parcels; parcel numbers; package id;
        package no; package number; package barcode; package tracking number; scan code;
        scannable id; awb; awb no; awb number; air waybill; airway bill; airwaybill;
        waybill; waybill no; waybill number; way bill; consignment; consignment no;
        consignment number; consignment id; connote; con note; docket; docket no;
        article id; article number; shipment number; shipment no; shipment id;
        shipment tracking number; label number; label id; label barcode; pro number;
        pro no; sscc; sscc18; piece id; piece barcode; carton id; license plate;
        licence plate number; lpn; ups tracking; fedex tracking; usps tracking;
        Sendungsnummer; Sendungsnummern; Sendungs-Nr; Sendungs-ID; Sendungsnr;
        Sendungscode; Sendungsverfolgungsnummer; Paketnummer; Paket-Nr; Paketnr;
        Paketscheinnummer; Strichcode; Trackingnummer; Tracking-Nr; Kollinummer;
        n° de suivi; numéro de suivi; no suivi; suivi; code suivi; numéro de colis;
        n° colis; n° de colis; code-barres; code barre; code barres; numéro d'envoi;
        bordereau; nº de seguimiento; número de seguimiento; numero seguimiento;
        seguimiento; guía; número de guía; no guía; guía aérea; código de barras;
        código de seguimiento; número de envío; localizador; código de rastreo;
        código de rastreamento; trackingnummers; zendingnummer; zendingsnummer;
        pakketnummer; pakketcode; track and trace; track en trace; track trace;
        track & trace code; trackandtracecode; streepjescode; numer przesyłki;
        nr przesyłki; numer paczki; nr paczki; numer śledzenia; kod kreskowy;
        numer listu przewozowego; list przewozowy; numery przesyłek; codice a barre;
        numero di tracking; numero spedizione; ldv; lettera di vettura; 送り状番号;
        送り状no; お問い合わせ番号; お問合せ番号; 問い合わせ番号; 問合せ番号;
        お問い合わせ送り状no; 伝票番号; 伝票no; 追跡番号; 荷物番号; 追跡no; バーコード;
        运单号; 运单编号; 快递单号; 单号; 物流单号; 物流编号; 跟踪号; 跟踪单号; 追踪号;
        追踪编号; 包裹号; 条码; 条形码; 運單號; 快遞單號; 物流單號; 追蹤號碼; 條碼
        """,
    "order": """
        order; order id; order no; order nr; order number; order num; order ref;
        order reference; order line id; order line; reference; reference no;
        reference number; ref; ref no; ref number; invoice no; invoice number; invoice;
        customer po; customer no; customer number; client no; client number; po;
        po number; purchase order; control no; external id; id; client id; customer id;
        account; seller order id; short id; job; job id; job reference number;
        job reference; do no; do number; delivery order number; task id;
        recipient external id; order info seller order id; Bestellnummer; Bestell-Nr;
        Auftragsnummer; Auftrags-Nr; Auftrag; Referenz; Kundennummer; Rechnungsnummer;
        Lieferschein; Lieferscheinnummer; commande; n° commande; numéro de commande;
        référence; pedido; número de pedido; nº pedido; referencia; factura;
        bestelnummer; ordernummer; referentie; numer zamówienia; nr zamówienia;
        zamówienie; referencja; 注文番号; 受注番号; オーダー番号; 订单号; 订单编号;
        訂單編號; 客户单号
        """,
    "recipient": """
        recipient; recipient name; receiver; receiver name; name; full name; customer;
        customer name; client; client name; contact; contact name; contact person;
        consignee; consignee name; deliver to; delivery name; delivery contact;
        ship to name; shipto name; ship name; alias; location name; addressee;
        recipients name; to name; first name last name; company; company name;
        business name; Empfänger; Empfaenger; Empfängername; Name des Empfängers; Kunde;
        Kundenname; Firma; Ansprechpartner; destinataire; nom; nom du destinataire;
        client nom; nom du client; nom complet; société; destinatario; nombre;
        nombre completo; nombre del destinatario; cliente; nombre cliente; ontvanger;
        naam; klant; naam ontvanger; klantnaam; odbiorca; nazwa odbiorcy;
        imię i nazwisko; klient; nazwa; nome; destinatário; 届け先; お届け先;
        お届け先氏名; お届け先名; 届け先名; 届先名; 氏名; 受取人; 受取人名; 宛名; 名前;
        収件人; 收件人; 收件人姓名; 收货人; 收货人姓名; 姓名; 客户; 客户名称; 收貨人
        """,
    "first_name": "first name; given name; Vorname; prénom; voornaam; imię",
    "last_name": """
        last name; surname; family name; Nachname; nom de famille; apellido; apellidos;
        achternaam; nazwisko
        """,
    "address": """
        address; full address; delivery address; ship to; shipto; ship to address;
        location; destination; destination address; address address;
        destination address unparsed; unparsed; formatted address; customer address;
        recipient address; receiver address; drop address; dropoff address;
        drop off address; consignee address; stop address; Adresse; Anschrift;
        Lieferadresse; Lieferanschrift; Zustelladresse; Empfängeradresse;
        adresse de livraison; adresse complète; adresse livraison; adresse destinataire;
        dirección; dirección de entrega; domicilio; dirección completa; adres;
        bezorgadres; afleveradres; leveradres; adres dostawy; adres odbiorcy;
        adres doręczenia; endereço; endereço de entrega; indirizzo; 住所; お届け先住所;
        届け先住所; 配送先住所; 配達先住所; 配達先; 地址; 收件地址; 收货地址;
        收件人地址; 详细地址; 送货地址; 配送地址; 收貨地址
        """,
    "house": """
        house no; house number; house nr; number in street; address number;
        destination address number; street number; street no; Hausnummer; Hausnr;
        Haus-Nr; HNr; n° de rue; numéro de rue; número exterior; huisnummer; huisnr;
        numer domu; nr domu
        """,
    "street": """
        street; street address; street name; address line 1; address line one;
        address 1; addr 1; addr1; address street; destination address street;
        ship address 1; line 1; line1; delivery address 1; delivery address line 1;
        receiver address 1; Straße; Strasse; Straße Hausnummer; Straße und Hausnummer;
        Straße Nr; Adresszeile 1; Adresse 1; rue; voie; adresse ligne 1; calle;
        dirección 1; straat; straatnaam; straat en huisnummer; ulica; ulica i numer;
        rua; via; 番地; 住所1; 街道
        """,
    "address2": """
        address line 2; address line two; address line 3; address 2; address 3; addr 2;
        addr2; line 2; line2; ship address 2; ship address 3; delivery address 2;
        delivery address line 2; apartment; apt; apt no; unit; unit no; suite; flat;
        floor; building; address unit; destination address apartment; Adresszusatz;
        Adresszeile 2; Adresse 2; Zusatz; Etage; Wohnung; complément;
        complément d'adresse; appartement; étage; adresse ligne 2; piso; puerta;
        departamento; dirección 2; toevoeging; mieszkanie; nr mieszkania; numer lokalu;
        建物名; 建物; 住所2; マンション名; 楼层
        """,
    "city": """
        city; plz ort; plz und ort; cp ville; city zip; zip city; city state zip;
        city state; postcode plaats; town; locality; suburb; village; receiver city;
        ship city; delivery city; destination address city; municipality; post town;
        Ort; Stadt; Wohnort; Gemeinde; ville; commune; localité; ciudad; población;
        localidad; municipio; plaats; woonplaats; stad; gemeente; miasto; miejscowość;
        cidade; città; comune; 市区町村; 市; 城市; 区
        """,
    "state": """
        state; province; region; county; prefecture; ship state; delivery state;
        destination address state; Bundesland; Kanton; département; région; provincia;
        estado; provincie; województwo; 都道府県; 省; 省份; 州
        """,
    "postal_code": """
        zip; zip code; zipcode; zip5; zip4; zip plus 4; postal code; postalcode;
        post code; postcode; pin code; pincode; receiver postcode; ship postal code;
        ship zip; delivery postcode; delivery zip; destination address postal code;
        eircode; PLZ; Postleitzahl; code postal; cp; código postal; codigopostal;
        kod pocztowy; cep; cap; 郵便番号; お届け先郵便番号; 届け先郵便番号; 邮编;
        邮政编码; 郵遞區號
        """,
    "country": """
        country; country code; ship country; destination address country; Land; Staat;
        Ländercode; pays; país; kraj; paese; 国; 国家
        """,
    "count": """
        package count; packages; number of packages; no of packages; no of parcels;
        number of parcels; parcel count; parcel qty; pieces; pcs; piece count;
        number of pieces; no of pieces; boxes; box count; number of boxes; boxes qty;
        cartons; carton count; colli; Anzahl Pakete; Pakete; Paketanzahl; Paketzahl;
        Packstücke; Anzahl Packstücke; Kolli; colis; nombre de colis; nb colis; bultos;
        número de bultos; paquetes; cajas; aantal pakketten; aantal colli; pakketten;
        liczba paczek; ilość paczek; paczki; 個数; 口数; 荷物数; 包裹数; 包裹数量; 件数;
        箱数
        """,
    "count?": """
        quantity; qty; items; item count; product count; load; load 1; amount; units;
        Anzahl; Menge; Stück; quantité; qté; cantidad; aantal; ilość; liczba; 数量
        """,
    "lat": """
        lat; latitude; gps lat; gps latitude; address latitude; location latitude;
        Breite; Breitengrad; latitud; breedtegraad; szerokość geograficzna; 緯度; 纬度
        """,
    "lon": """
        lng; lon; long; longitude; gps lon; gps lng; gps long; gps longitude;
        address longitude; location longitude; Länge; Längengrad; longitud; lengtegraad;
        długość geograficzna; 経度; 经度
        """,
    "coordinates": """
        gps; coordinates; coordinate; latlng; lat lng; lat lon; lat long; geo;
        geolocation; geo location; coords; gps coordinates; Koordinaten; coordonnées;
        coordenadas; coördinaten; współrzędne; 座標; 坐标
        """,
    "window_start": """
        earliest time; earliest; earliest arrival; time window from; time window start;
        timewindow start; window start; tw start; arrival time after; ready time;
        start time; deliver after; complete after; time from; from time; not before;
        timing earliest attempt time; earliest attempt time; Zeitfenster von; von;
        frühestens; Uhrzeit von; heure début; début; heure de début; hora inicio; desde;
        hora desde; starttijd; tijdvak van; vanaf; od; godzina od; 開始時間; 开始时间;
        最早时间
        """,
    "window_end": """
        latest time; latest; latest arrival; time window to; time window end;
        time window stop; timewindow stop; timewindow end; window end; tw end;
        arrival time before; due; due time; end time; deliver before; deliver by;
        complete before; time to; not after; deadline; timing latest attempt time;
        latest attempt time; Zeitfenster bis; bis; spätestens; Uhrzeit bis; heure fin;
        heure de fin; hora fin; hasta; hora hasta; eindtijd; tijdvak tot; tot; do;
        godzina do; 終了時間; 结束时间; 最晚时间
        """,
    "window_start?": "from; after; start",
    "window_end?": "to; by; before; end; fin",
    "window": """
        time window; timewindow; time slot; timeslot; delivery window; window; slot; tw;
        delivery time; time windows; Zeitfenster; Lieferzeit; Lieferfenster; créneau;
        créneau horaire; plage horaire; franja horaria; horario; ventana horaria;
        tijdvak; tijdvenster; bezorgvenster; okno czasowe; przedział czasowy; 時間指定;
        配達時間帯; 指定時間; 時間帯; 时间窗; 时间段; 送货时间; 配送时间
        """,
    "kind": """
        type; stop type; order type; activity; visit type; task type; Art; Stopptyp;
        tipo; soort; typ; 类型
        """,
    "pickup": "pickup; pick up; pickup task; is pickup; collection",
    "depot": "is depot; depot",
    "sort_code": """
        sort code; sortcode; sorting code; sort; sort zone; package label; bag code;
        bag; bag label; tote; shelf; driver aid; place in vehicle; load position;
        route label; Sortiercode; Sortierung; code de tri; sorteercode; kod sortowania;
        仕分けコード; 分拣码; 格口
        """,
    "route": """
        route; route code; route id; route name; route title; route no; route number;
        vehicle; vehicle id; vehicle name; driver; driver name; assigned to; van; tour;
        worker; truck; Tour; Tournummer; Fahrer; Fahrzeug; tournée; véhicule; chauffeur;
        ruta; vehículo; conductor; rit; ritnummer; trasa; kierowca; pojazd; ルート;
        号車; ドライバー; 路线; 司机; 车辆
        """,
    "private": """
        phone; phone number; telephone; telephone number; tel; mobile; mobile number;
        mobile phone; cell; cell phone; recipient phone; recipient phone number;
        contact phone; contact number; contact no; customer phone; receiver phone;
        recipients phone; email; e-mail; email address; mail; recipient email;
        recipient email address; customer email; receiver email; Telefon; Telefonnummer;
        Handy; Mobil; Mobilnummer; Rufnummer; téléphone; portable; courriel;
        adresse e-mail; teléfono; móvil; celular; correo; correo electrónico; telefoon;
        telefoonnummer; mobiel; telefonu; numer telefonu; nr telefonu; 電話; 電話番号;
        携帯; メール; メールアドレス; 电话; 手机; 手机号; 联系电话; 邮箱
        """,
    "other": """
        notes; note; delivery notes; delivery note; instructions; comments; comment;
        delivery instructions; special instructions; remarks; remark; customer notes;
        driver notes; customer directive; access code; gate code; recipients notes;
        address notes; stop notes; stop name; stop status; stop time; Bemerkung;
        Bemerkungen; Hinweis; Hinweise; Notiz; Anmerkung; remarque; remarques;
        commentaire; consignes; notas; nota; observaciones; comentarios; opmerking;
        opmerkingen; notitie; uwagi; notatki; 備考; メモ; 备注; 留言; time at stop;
        duration; service time; service; unloading time; waiting time; waiting; arrival;
        arrival time; departure; eta; date; delivery date; order date; ship date;
        status; delivery status; tracking status; tracking url; tracking link; url;
        link; carrier; carrier name; courier; courier name; weight; volume; dimensions;
        length; width; height; package type; priority; price; cod; value; Gewicht;
        Datum; poids; peso; fecha; gewicht; datum; waga; data; 日付; 重量; 日期;
        order count; order total; order status; customer type; geometry; color; colour;
        skills; tags; group; zone; area; hub; sender; sender name; shipper;
        sender address; return address; product; product name; description; sku
        """,
}
"""Field -> what it is called. "stop?" and the like: only where nothing better is."""

PRIVATE, OTHER = "private", "other"
_MIN_PREFIX = 6
_BY_PREFIX = frozenset(
    {"tracking", "address", "street", "postal_code", "count", "lat", "lon"}
    | {"window_start", "window_end", "private"}
)
_WHOSE = (
    *("delivery", "shipto", "shipping", "ship", "recipient", "receiver", "customer"),
    *("consignee", "destination", "dropoff", "client", "contact", "stop", "to"),
)
_PARTS = frozenset(
    {"street", "address2", "city", "state", "postal_code", "country", "house"}
    | {"lat", "lon", "first_name", "last_name", "private"}
)
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")
_NUMBERED = frozenset(
    {"stop", "stop?", "tracking", "order", "house", "count", "route", "sort_code"}
    | {"private", "address2"}
)
_NUMBER_BEHIND = ("no", "number", "nr", "num", "id")
_NUMBER_BEFORE = ("numerode", "numero", "node", "nde", "ndu", "numer", "no", "nr")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Letters and digits only, lower case, without accents or width variants."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    parts = unicodedata.normalize("NFKD", wide.replace("#", " no "))
    kept = "".join(c for c in parts if c.isalnum())
    return kept.replace("ł", "l").replace("ø", "o")


def _stems() -> dict[str, str]:
    table: dict[str, str] = {}
    for field, names in FIELDS.items():
        for name in names.split(";"):
            table.setdefault(fold(name.strip()), field)
    return table


_KNOWN = _stems()
_PREFIXES = sorted(
    (
        name
        for name, field in _KNOWN.items()
        if len(name) >= _MIN_PREFIX and field in _BY_PREFIX
    ),
    key=len,
    reverse=True,
)


@lru_cache(maxsize=4096)
def field_of(header: str) -> tuple[str, bool] | None:
    """(field, exact) of a header; exact False when only its beginning is known.

    A path of a JSON file ("destination.address.street") is looked up whole, then
    without its first step, and so on.
    """
    steps = header.split(".") if "." in header.rstrip(". ") else []
    bare = _BRACKETS.sub("", header)
    for name in (*(" ".join(steps[i:]) for i in range(len(steps))), header, bare):
        field = _exact(fold(name))
        if field:
            return field, True
    name = fold(header)
    for whose in _WHOSE:
        if name.startswith(whose) and _KNOWN.get(name.removeprefix(whose)) in _PARTS:
            return _KNOWN[name.removeprefix(whose)], True
    for known in _PREFIXES:
        if name.startswith(known):
            return _KNOWN[known], False
    return None


def _exact(name: str) -> str | None:
    """A known name, also with a word for "number" before or behind it."""
    if name in _KNOWN:
        return _KNOWN[name]
    for tail in _NUMBER_BEHIND:
        if name.endswith(tail) and _numbered(name.removesuffix(tail)):
            return _KNOWN[name.removesuffix(tail)]
    for head in _NUMBER_BEFORE:
        if name.startswith(head) and _numbered(name.removeprefix(head)):
            return _KNOWN[name.removeprefix(head)]
    return None


def _numbered(name: str) -> bool:
    """Whether a name with "number" is the same thing; a customer's number is not."""
    return _KNOWN.get(name) in _NUMBERED
